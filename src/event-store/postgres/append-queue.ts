import { setImmediate as turn } from 'node:timers/promises';
import type { ValidatedAppend } from '../core/append-validation.js';
import type { AppendOutcome } from '../event-store.js';
import { Unavailable } from '../../platform/errors.js';

/** Stores a batch in one go. Rejects when nothing is known of any of its appends. */
export type Flush = (batch: readonly ValidatedAppend[]) => Promise<readonly AppendOutcome[]>;

/** What one batch holds at most, but for a single append that is larger. */
const BATCH = { events: 2_000, bytes: 4_000_000 };

type Waiting = Readonly<{
  append: ValidatedAppend;
  resolve: (outcome: AppendOutcome) => void;
  reject: (error: unknown) => void;
}>;

/** Coalesces appends: while one batch is stored, all others wait, and make up the next. */
export class AppendQueue {
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;

  constructor(private readonly flush: Flush) {}

  /** Resolves with the append's own outcome, whatever becomes of its neighbours. */
  add(append: ValidatedAppend): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      this.#flushing ??= this.#flushAll();
    });
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#flushing;
  }

  async #flushAll(): Promise<void> {
    // Whatever else arrives in this turn of the event loop goes into the same batch.
    await turn();
    while (this.#waiting.length > 0) {
      await this.#flushNext();
      await turn();
    }
    this.#flushing = undefined;
  }

  async #flushNext(): Promise<void> {
    const batch = this.#take();
    try {
      const outcomes = await this.flush(batch.map(({ append }) => append));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error('an append without an outcome'));
        else resolve(outcome);
      });
    } catch (error) {
      // The others have waited as long, for the same server: they need not each find out by themselves.
      const failed = error instanceof Unavailable ? [...batch, ...this.#waiting.splice(0)] : batch;
      for (const { reject } of failed) reject(error);
    }
  }

  #take(): Waiting[] {
    let events = 0;
    let bytes = 0;
    const beyond = this.#waiting.findIndex(({ append }, index) => {
      events += append.events.length;
      bytes += append.bytes;
      return index > 0 && (events > BATCH.events || bytes > BATCH.bytes);
    });
    return this.#waiting.splice(0, beyond < 0 ? this.#waiting.length : beyond);
  }
}
