import { setMaxListeners } from 'node:events';
import type { Pool } from 'pg';
import { validateAppend, validateAppends } from '../core/append-validation.js';
import { LogShorter } from '../event-store.errors.js';
import type {
  Appended,
  AppendOutcome,
  EventStore,
  ExpectedRevision,
  NewEvent,
  ReadAllOptions,
  ReadBatchesOptions,
  ReadStreamOptions,
  EventWithoutMetadata,
  RecordedEvent,
  StreamAppend,
  SubscriptionMessage,
} from '../event-store.js';
import { pollingSubscription } from '../core/polling-subscription.js';
import { AppendSignal } from '../core/append-signal.js';
import { START } from '../position.js';
import type { Position } from '../position.js';
import { streamBounds, wholeNumber } from '../core/stream-bounds.js';
import { AppendQueue } from './append-queue.js';
import { clientConfig, logConnectionPool } from './connection.js';
import type { LogConnectionOptions } from './connection.js';
import { LogListener } from './log-listener.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { storeClosed, type RetryPolicy } from '../../platform/retry-policy.js';

export type PostgresEventStoreOptions = Pick<LogConnectionOptions, 'connectionString'> &
  Partial<
    LogConnectionOptions & {
      /** Attempts after an outage, for appends and reads alike. */
      patience: RetryPolicy;
      /** How often subscriptions look for events without being told, in milliseconds. */
      pollMs: number;
      /** Connections for reading, at most; there is one more for appends and one for news. */
      readers: number;
    }
  >;

const DEFAULTS = {
  connectTimeoutMs: 3_000,
  statementTimeoutMs: 10_000,
  patience: { pauses: [50, 200, 500, 1_000], limit: 5_000 },
  pollMs: 1_000,
  readers: 4,
};

/**
 * The log in a table of a PostgreSQL database (event-log.migration.ts creates it). Any number of processes may
 * append to one log and read it.
 */
export class PostgresEventStore implements EventStore {
  readonly #news = new AppendSignal();
  readonly #closing = new AbortController();
  readonly #writers: Pool;
  readonly #readers: Pool;
  readonly #queue: AppendQueue;
  readonly #reader: LogReader;
  readonly #listener: LogListener;
  readonly #pollMs: number;
  #closed: Promise<void> | undefined;

  constructor(options: PostgresEventStoreOptions) {
    const settings = { ...DEFAULTS, ...options };
    // Every read that waits through an outage waits for it, too.
    setMaxListeners(0, this.#closing.signal);
    this.#writers = logConnectionPool(settings, { max: 1, pipeline: true, idleTimeoutMillis: 0 });
    this.#readers = logConnectionPool(settings, { max: settings.readers });
    const writer = new LogWriter(this.#writers, settings.patience);
    this.#queue = new AppendQueue((batch) => writer.write(batch));
    // Appends under way when it is closed are seen through; whoever reads is told.
    this.#reader = new LogReader(this.#readers, { ...settings.patience, closing: this.#closing.signal });
    this.#listener = new LogListener(clientConfig(settings), this.#news);
    this.#pollMs = settings.pollMs;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const append = validateAppend({ stream, expected, events });
    this.#refuseWhenClosed();
    const outcome = await this.#queue.add(append);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    const admitted = await validateAppends(appends);
    this.#refuseWhenClosed();
    return Promise.all(admitted.map((append) => this.#queue.add(append)));
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const bounds = streamBounds(options);
    this.#refuseWhenClosed();
    yield* this.#reader.readStream(stream, bounds);
  }

  async *readAll({ after = START, limit }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    const most = wholeNumber('limit', limit) ?? Infinity;
    this.#refuseWhenClosed();
    yield* this.#reader.readBetween(after, await this.#reader.head(), most);
  }

  async *readBatches({ after = START }: ReadBatchesOptions = {}): AsyncGenerator<
    readonly EventWithoutMetadata[]
  > {
    this.#refuseWhenClosed();
    yield* this.#reader.readBatchesBetween(after, await this.#reader.head());
  }

  subscribe({ after, signal }: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    this.#listener.start();
    const pageAfter = async (place: Position) => {
      const page = await this.#reader.pageAfter(place);
      if (page.events.length === 0) await this.#refuseShorter(place);
      return page;
    };
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    return pollingSubscription({ pageAfter, news: this.#news, pollMs: this.#pollMs }, after, ended);
  }

  async head(): Promise<Position> {
    this.#refuseWhenClosed();
    return this.#reader.head();
  }

  async settledHead(instant: Date): Promise<Position | null> {
    this.#refuseWhenClosed();
    return this.#reader.settledHead(instant);
  }

  async identity(): Promise<string> {
    this.#refuseWhenClosed();
    return `postgres:${await this.#reader.identity()}`;
  }

  /** Ends subscriptions and connections, after the appends under way have their answers. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#queue.settled(), this.#listener.close()]);
    await Promise.all([this.#writers.end(), this.#readers.end()]);
  }

  /** @throws LogShorter when the log ends before a place that was followed to. */
  async #refuseShorter(place: Position): Promise<void> {
    const head = await this.#reader.head();
    if (head < place) throw new LogShorter(head, place);
  }

  #refuseWhenClosed(): void {
    if (this.#closing.signal.aborted) throw storeClosed();
  }
}
