import { once } from 'node:events';
import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import { Backoff, type RetryPolicy } from '../../platform/retry-policy.js';
import { settleWithin } from '../../platform/timeout.js';
import type { AppendSignal } from '../core/append-signal.js';
import { APPEND_CHANNEL } from './event-log.sql.js';

/** Pauses between connections. */
const RECONNECT_POLICY: RetryPolicy = { firstMs: 100, longestMs: 5_000 };

/** How long closing a connection may take. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Listens for commits to the log on one connection of its own, and reconnects when that is lost. */
export class LogListener {
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly config: ClientConfig,
    private readonly appendSignal: AppendSignal,
  ) {}

  /** Begins to listen. May be called again. */
  start(): void {
    if (!this.#closing.signal.aborted) this.#running ??= this.#run();
  }

  /** Stops listening and closes the connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const backoff = new Backoff(RECONNECT_POLICY);
    while (!signal.aborted) {
      if (await this.#listen(signal)) backoff.reset();
      await backoff.wait(signal);
    }
  }

  /** Listens until the connection ends. Returns false if it could not connect. */
  async #listen(signal: AbortSignal): Promise<boolean> {
    const client = new Client(this.config);
    const ended = new AbortController();
    const end = () => {
      ended.abort();
    };
    client.on('error', end);
    client.on('end', end);
    client.on('notification', () => {
      this.appendSignal.notify();
    });
    signal.addEventListener('abort', end, { once: true });
    try {
      await client.connect();
      await client.query(`listen ${APPEND_CHANNEL}`);
      // Appends before LISTEN sent no notification to this connection.
      this.appendSignal.notify();
      await abortOf(ended.signal);
      return true;
    } catch {
      return false;
    } finally {
      signal.removeEventListener('abort', end);
      await settleWithin(CLOSE_TIMEOUT_MS, client.end());
    }
  }
}

async function abortOf(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
