import { setMaxListeners } from 'node:events';
import type { Pool } from 'pg';
import type { RetryPolicy } from '../../platform/retry-policy.js';
import { validateAppend, validateAppends } from '../core/append-validation.js';
import { LogShorter, storeClosed } from '../event-store.errors.js';
import type {
  Appended,
  AppendOutcome,
  EventStore,
  NewEvent,
  ReadAllOptions,
  ReadBatchesOptions,
  ReadStreamOptions,
  EventWithoutMetadata,
  RecordedEvent,
  StreamAppend,
  SubscriptionMessage,
} from '../event-store.js';
import type { ExpectedRevision } from '../core/expected-revision.js';
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

/** The connection of the store and its limits. */
export type PostgresEventStoreOptions = Pick<LogConnectionOptions, 'connectionString'> &
  Partial<
    LogConnectionOptions & {
      /** Retries after a transient failure, for appends and reads alike. */
      retryPolicy: RetryPolicy;
      /** How often subscriptions read the log when no commit was notified, in milliseconds. */
      pollMs: number;
      /** Most connections for reading. There is one more for appends and one for notifications. */
      readers: number;
    }
  >;

const DEFAULTS = {
  connectTimeoutMs: 3_000,
  statementTimeoutMs: 10_000,
  retryPolicy: { firstMs: 50, longestMs: 1_000, factor: 3, retries: 4, limitMs: 5_000 },
  pollMs: 1_000,
  readers: 4,
};

/**
 * The log in a table of a PostgreSQL database, which event-log.migration.ts creates. Any number of processes may
 * append to one log and read it.
 */
export class PostgresEventStore implements EventStore {
  readonly #appendSignal = new AppendSignal();
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
    // Each read that is being retried adds a listener.
    setMaxListeners(0, this.#closing.signal);
    this.#writers = logConnectionPool(settings, { max: 1, pipeline: true, idleTimeoutMillis: 0 });
    this.#readers = logConnectionPool(settings, { max: settings.readers });
    const writer = new LogWriter(this.#writers, settings.retryPolicy);
    this.#queue = new AppendQueue((batch) => writer.write(batch));
    // Closing ends the retries of reads. Appends under way are completed.
    this.#reader = new LogReader(this.#readers, settings.retryPolicy, this.#closing.signal);
    this.#listener = new LogListener(clientConfig(settings), this.#appendSignal);
    this.#pollMs = settings.pollMs;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const append = validateAppend({ stream, expected, events });
    this.#throwIfClosed();
    const outcome = await this.#queue.add(append);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    const validated = await validateAppends(appends);
    this.#throwIfClosed();
    return Promise.all(validated.map((append) => this.#queue.add(append)));
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const bounds = streamBounds(options);
    this.#throwIfClosed();
    yield* this.#reader.readStream(stream, bounds);
  }

  async *readAll({ after = START, limit }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    const maxEvents = wholeNumber('limit', limit) ?? Infinity;
    this.#throwIfClosed();
    yield* this.#reader.readBetween(after, await this.#reader.head(), maxEvents);
  }

  async *readBatches({ after = START }: ReadBatchesOptions = {}): AsyncGenerator<
    readonly EventWithoutMetadata[]
  > {
    this.#throwIfClosed();
    yield* this.#reader.readBatchesBetween(after, await this.#reader.head());
  }

  subscribe({ after, signal }: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    this.#listener.start();
    const pageAfter = async (last: Position) => {
      const page = await this.#reader.pageAfter(last);
      if (page.events.length === 0) await this.#throwIfShorter(last);
      return page;
    };
    const end = AbortSignal.any([signal, this.#closing.signal]);
    return pollingSubscription(
      { pageAfter, appendSignal: this.#appendSignal, pollMs: this.#pollMs },
      after,
      end,
    );
  }

  async head(): Promise<Position> {
    this.#throwIfClosed();
    return this.#reader.head();
  }

  async settledHead(instant: Date): Promise<Position | null> {
    this.#throwIfClosed();
    return this.#reader.settledHead(instant);
  }

  async identity(): Promise<string> {
    this.#throwIfClosed();
    return `postgres:${await this.#reader.identity()}`;
  }

  /** Ends subscriptions and connections, after the appends under way have their outcomes. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(storeClosed());
    await Promise.all([this.#queue.settled(), this.#listener.close()]);
    await Promise.all([this.#writers.end(), this.#readers.end()]);
  }

  /** @throws LogShorter when the log ends before a position that the subscription has reached. */
  async #throwIfShorter(last: Position): Promise<void> {
    const head = await this.#reader.head();
    if (head < last) throw new LogShorter(head, last);
  }

  #throwIfClosed(): void {
    this.#closing.signal.throwIfAborted();
  }
}
