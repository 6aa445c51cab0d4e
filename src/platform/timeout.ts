import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until some work has settled, but at most `ms` milliseconds, and never rejects: for closing a connection whose
 * peer may be gone and never answer. A later outcome is ignored, and the wait does not keep the process running.
 */
export async function settleWithin(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => undefined), pause(ms, undefined, { ref: false })]);
}

/** No answer, or no complete one, came in time. What was asked for may have happened or not. */
export class TimedOut extends Error {}

/**
 * The answer of another party, if it comes within `ms` milliseconds; a later one is ignored.
 * @throws TimedOut when it does not come in time; the answer's own error when it fails in time.
 */
export async function withTimeout<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TimedOut(`no answer within ${ms / 1_000} s`));
    }, ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => undefined);
  }
}
