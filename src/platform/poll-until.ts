import { setTimeout as pause } from 'node:timers/promises';

/** How long to go on asking (milliseconds), and what may end the waiting early. */
export interface PollOptions {
  readonly atMost: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks again and again until there is an answer; undefined when the time is over.
 * @throws the reason of the signal, once it is aborted.
 */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined>,
  { atMost, signal }: PollOptions,
): Promise<T | undefined> {
  const deadline = performance.now() + atMost;
  for (let interval = 10; ; interval = Math.min(interval * 1.5, 200)) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) return undefined;
    await pause(interval);
  }
}
