import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../errors.js';
import { isLiving } from './living-process.js';
import type { Postmaster } from './postmaster.js';

/** How often the supervisor checks that the server is alive, in milliseconds. */
const CHECK_INTERVAL_MS = 1_000;
/** The most restarts attempted within the window. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 600_000;
/** The delay after the first attempt that failed; it doubles with each further one. */
const FIRST_RETRY_DELAY_MS = 500;

/** What a supervisor calls. */
export type SupervisorOptions = Readonly<{
  /**
   * Starts the server again at the same address, or finds that another process has done so. Rejects when the signal
   * aborts before the start begins.
   */
  restart: (signal: AbortSignal) => Promise<Postmaster>;
  /** Receives a line for the user after each restart. */
  notice: (line: string) => void;
  /** Called once, when the supervisor gives up. */
  onLost: (error: Unavailable) => void;
}>;

/**
 * Restarts a server that ends by itself (killed, crashed, out of memory), a limited number of times. Clients are
 * disconnected, and can connect again at the same address.
 */
export class ServerSupervisor {
  readonly #ending = new AbortController();
  readonly #supervising: Promise<void>;
  /** The times of the attempts within the window. */
  #attempts: number[] = [];

  constructor(
    private current: Postmaster,
    private readonly options: SupervisorOptions,
    private readonly checkIntervalMs = CHECK_INTERVAL_MS,
  ) {
    this.#supervising = this.#supervise();
  }

  /** The server that was seen last. */
  get server(): Postmaster {
    return this.current;
  }

  /** Stops supervising; waits for a restart that has begun. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#supervising;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#ending;
    const ended = () => signal.aborted;
    for (let wait = this.checkIntervalMs; ;) {
      await pause(wait, undefined, { signal, ref: false }).catch(() => undefined);
      if (ended()) return;
      wait = this.checkIntervalMs;
      if (await isLiving(this.current.pid, this.current.start)) continue;
      try {
        await this.#restart(signal);
      } catch (error) {
        if (ended()) return;
        if (this.#attempts.length >= MAX_RESTARTS) {
          this.options.onLost(lost(error));
          return;
        }
        wait = FIRST_RETRY_DELAY_MS * 2 ** (this.#attempts.length - 1);
      }
    }
  }

  async #restart(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    this.#attempts = this.#attempts.filter((at) => now - at < RESTART_WINDOW_MS);
    if (this.#attempts.length >= MAX_RESTARTS)
      throw new Error('it keeps ending; server.log in the data folder says why');
    this.#attempts.push(now);
    const { pid } = this.current;
    this.current = await this.options.restart(signal);
    this.options.notice(`PostgreSQL (process ${pid}) ended by itself, and was started again`);
  }
}

function lost(error: unknown): Unavailable {
  const reason = error instanceof Error ? error.message : String(error);
  return new Unavailable(
    'embedded-postgres-lost',
    `PostgreSQL ended by itself and is not started again after ${MAX_RESTARTS} attempts: ${reason}`,
    { cause: error },
  );
}
