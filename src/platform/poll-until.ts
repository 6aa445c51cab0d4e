import { setTimeout as pause } from 'node:timers/promises';

/** How long to poll. */
export interface PollOptions {
  readonly timeoutMs: number;
  /** Ends the polling early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `ask` at growing intervals (10 to 200 ms) until it returns something, and returns that; undefined after the
 * timeout.
 * @throws the error of `ask`, or the reason of the signal once it aborts.
 */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined>,
  { timeoutMs, signal }: PollOptions,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (let interval = 10; ; interval = Math.min(interval * 1.5, 200)) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) return undefined;
    await pause(interval);
  }
}
