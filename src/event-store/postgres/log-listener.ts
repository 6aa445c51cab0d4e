import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import { settleWithin } from '../../platform/timeout.js';
import type { AppendSignal } from '../core/append-signal.js';
import { APPEND_CHANNEL } from './event-log.sql.js';

/** First and longest pause before another connection is tried, in milliseconds. */
const BACK_OFF = { first: 100, longest: 5_000 };

/** Longest that the farewell may take, in milliseconds. */
const FAREWELL = 1_000;

/** Hears of commits to the log on one connection of its own, which it renews when it is lost. */
export class LogListener {
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly config: ClientConfig,
    private readonly news: AppendSignal,
  ) {}

  /** Idempotent. */
  start(): void {
    if (!this.#closing.signal.aborted) this.#running ??= this.#listenOn();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #listenOn(): Promise<void> {
    const { signal } = this.#closing;
    let wait = BACK_OFF.first;
    while (!signal.aborted) {
      if (await this.#listen(signal)) wait = BACK_OFF.first;
      await pause(wait, undefined, { signal }).catch(() => undefined);
      wait = Math.min(wait * 2, BACK_OFF.longest);
    }
  }

  /** Listens until the connection ends; false if there was none. */
  async #listen(signal: AbortSignal): Promise<boolean> {
    const client = new Client(this.config);
    const over = new AbortController();
    const end = () => {
      over.abort();
    };
    client.on('error', end);
    client.on('end', end);
    client.on('notification', () => {
      this.news.notify();
    });
    signal.addEventListener('abort', end, { once: true });
    try {
      await client.connect();
      await client.query(`listen ${APPEND_CHANNEL}`);
      // Of what was stored while nobody listened there was no notice.
      this.news.notify();
      await aborted(over.signal);
      return true;
    } catch {
      return false;
    } finally {
      signal.removeEventListener('abort', end);
      await settleWithin(FAREWELL, client.end());
    }
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
