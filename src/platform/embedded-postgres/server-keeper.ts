import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../errors.js';
import { isLiving } from './living-process.js';
import type { Postmaster } from './postmaster.js';

/** How often it is looked whether the server lives, in milliseconds. */
const LOOK_EVERY = 1_000;
/** Attempts at starting it again, within so many milliseconds, after which it is given up. */
const ATTEMPTS = { most: 5, within: 600_000 };
/** The pause after the first attempt that failed, in milliseconds; then twice as long each time. */
const FIRST_PAUSE = 500;

/** What is done about a server that ends while it is used. */
export type Keeping = Readonly<{
  /** Starts it again where it was, or finds that somebody else has; rejects if the signal aborts before it begins. */
  startAgain: (signal: AbortSignal) => Promise<Postmaster>;
  /** Given a line when it runs again. */
  notice: (line: string) => void;
  /** Told, once, that it is given up. */
  onLost: (error: Unavailable) => void;
}>;

/**
 * Looks after a server for as long as it is used: one that ends by itself (killed, out of memory, crashed) is
 * started again, a bounded number of times. Whoever was connected is cut off, and finds it where it was.
 */
export class ServerKeeper {
  readonly #ending = new AbortController();
  readonly #keeping: Promise<void>;
  /** When attempts were made, as far as they still count. */
  #attempts: number[] = [];

  /** @param lookEvery in milliseconds. */
  constructor(
    private current: Postmaster,
    private readonly how: Keeping,
    private readonly lookEvery = LOOK_EVERY,
  ) {
    this.#keeping = this.#keep();
  }

  /** The server that was there last. */
  get server(): Postmaster {
    return this.current;
  }

  /** Ends it; what is being started is started to its end. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#keeping;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#ending;
    const ended = () => signal.aborted;
    for (let wait = this.lookEvery; ;) {
      await pause(wait, undefined, { signal, ref: false }).catch(() => undefined);
      if (ended()) return;
      wait = this.lookEvery;
      if (await isLiving(this.current.pid, this.current.start)) continue;
      try {
        await this.#startAgain(signal);
      } catch (error) {
        if (ended()) return;
        if (this.#attempts.length >= ATTEMPTS.most) {
          this.how.onLost(lost(error));
          return;
        }
        wait = FIRST_PAUSE * 2 ** (this.#attempts.length - 1);
      }
    }
  }

  async #startAgain(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    this.#attempts = this.#attempts.filter((at) => now - at < ATTEMPTS.within);
    if (this.#attempts.length >= ATTEMPTS.most)
      throw new Error('it keeps ending; server.log in the data folder says why');
    this.#attempts.push(now);
    const { pid } = this.current;
    this.current = await this.how.startAgain(signal);
    this.how.notice(`PostgreSQL (process ${pid}) ended by itself, and was started again`);
  }
}

function lost(error: unknown): Unavailable {
  const why = error instanceof Error ? error.message : String(error);
  return new Unavailable(
    'embedded-postgres-lost',
    `PostgreSQL ended by itself and is not started again after ${ATTEMPTS.most} attempts: ${why}`,
    { cause: error },
  );
}
