import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ValidatedAppend } from '../core/append-validation.js';
import type { AppendOutcome } from '../event-store.js';
import { Unavailable } from '../../platform/errors.js';

/** Stores a batch in one transaction. Rejects when the outcome of none of its appends is known. */
export type WriteBatch = (batch: readonly ValidatedAppend[]) => Promise<readonly AppendOutcome[]>;

/** The largest batch. A single append that is larger makes a batch of its own. */
const MAX_BATCH = { events: 2_000, bytes: 4_000_000 };

type PendingAppend = Readonly<{
  append: ValidatedAppend;
  resolve: (outcome: AppendOutcome) => void;
  reject: (error: unknown) => void;
}>;

/** Coalesces appends: those that arrive while one batch is stored make up the next. */
export class AppendQueue {
  #pending: PendingAppend[] = [];
  #flushing: Promise<void> | undefined;

  constructor(private readonly writeBatch: WriteBatch) {}

  /** Resolves with the outcome of this append alone, whatever the outcome of the others in its batch. */
  add(append: ValidatedAppend): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ append, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves when no append is pending. */
  async settled(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    // All appends that arrive in this turn of the event loop go into one batch.
    await nextTurn();
    while (this.#pending.length > 0) {
      await this.#writeNext();
      await nextTurn();
    }
    this.#flushing = undefined;
  }

  async #writeNext(): Promise<void> {
    const batch = this.#takeBatch();
    try {
      const outcomes = await this.writeBatch(batch.map(({ append }) => append));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error('an append without an outcome'));
        else resolve(outcome);
      });
    } catch (error) {
      // The others wait for the same server. They fail now, so that each need not run into the time limit itself.
      const failed = error instanceof Unavailable ? [...batch, ...this.#pending.splice(0)] : batch;
      for (const { reject } of failed) reject(error);
    }
  }

  #takeBatch(): PendingAppend[] {
    let events = 0;
    let bytes = 0;
    const end = this.#pending.findIndex(({ append }, index) => {
      events += append.events.length;
      bytes += append.bytes;
      return index > 0 && (events > MAX_BATCH.events || bytes > MAX_BATCH.bytes);
    });
    return this.#pending.splice(0, end < 0 ? this.#pending.length : end);
  }
}
