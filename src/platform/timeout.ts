import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until some work has ended, well or not, but no longer than so many milliseconds: a peer that is gone without
 * a word never answers. What becomes of the work later is no matter; the process is not kept running for it.
 */
export async function settleWithin(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => undefined), pause(ms, undefined, { ref: false })]);
}

/** There was no answer in time: what was asked may have happened or not. */
export class TimedOut extends Error {}

/** @throws NoAnswer when it takes longer than so many milliseconds; what comes of it later is no matter. */
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
