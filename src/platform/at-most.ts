import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until some work has ended, well or not, but no longer than so many milliseconds: a peer that is gone without
 * a word never answers. What becomes of the work later is no matter; the process is not kept running for it.
 */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => undefined), pause(ms, undefined, { ref: false })]);
}
