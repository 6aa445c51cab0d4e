import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from './one-line.js';
import { Unavailable } from './errors.js';

/** Pauses before each further attempt, and how long after the first failure there is one; in milliseconds. */
export type RetryPolicy = Readonly<{
  pauses: readonly number[];
  limit: number;
  /** Ends the pauses: of a store that is closed nothing more is asked. */
  closing?: AbortSignal | undefined;
}>;

/** What is said to whoever asks of a store that is closed. */
export const storeClosed = (): Unavailable =>
  new Unavailable('event-store-closed', 'the event store is closed');

/** Whether a store did not answer, or answered that it cannot: what was asked may have happened or not. */
export type IsOutage = (error: unknown) => boolean;

/** Counts failures, and waits before each further attempt as long as patience lasts. */
export class RetryAttempts {
  #failures = 0;
  #giveUp: number | undefined;

  constructor(
    private readonly patience: RetryPolicy,
    private readonly isOutage: IsOutage,
  ) {}

  /** How many have failed since the last success. */
  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#giveUp = undefined;
  }

  /**
   * Waits until the next attempt is due.
   * @throws Unavailable when there is none, or the store is closed before it; the error itself when it tells of no
   *   outage.
   */
  async failed(error: unknown): Promise<void> {
    if (!this.isOutage(error)) throw error;
    const { pauses, limit, closing } = this.patience;
    if (closing?.aborted === true) throw storeClosed();
    this.#giveUp ??= performance.now() + limit;
    const wait = pauses[this.#failures];
    this.#failures += 1;
    if (wait === undefined || performance.now() + wait > this.#giveUp) throw storeUnavailable(error);
    await pause(wait, undefined, { signal: closing }).catch(() => {
      throw storeClosed();
    });
  }
}

/**
 * Tries again after an outage, until patience ends; it must be safe to.
 * @param attempt is told how many have failed before it.
 * @throws Unavailable after the last attempt, and when the store is closed before it.
 */
export async function retryOnOutage<T>(
  attempt: (failures: number) => Promise<T>,
  patience: RetryPolicy,
  isOutage: IsOutage,
): Promise<T> {
  const attempts = new RetryAttempts(patience, isOutage);
  for (;;) {
    try {
      return await attempt(attempts.failures);
    } catch (error) {
      await attempts.failed(error);
    }
  }
}

/** That the log does not answer, and why. */
export function storeUnavailable(error: unknown): Unavailable {
  const message = `the event log does not answer: ${reasonOf(error)}`;
  return new Unavailable('event-store-unavailable', message, { cause: error });
}
