import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { validateAppend, validateAppends } from '../core/append-validation.js';
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
import { storeClosed } from '../event-store.errors.js';
import { START } from '../position.js';
import type { Position } from '../position.js';
import { streamBounds, wholeNumber } from '../core/stream-bounds.js';
import { BulkAppends } from './append-bulk.js';
import { AppendChannel } from './append-channel.js';
import { ChainHeads } from './chain-heads.js';
import { connect, disconnect } from './connection.js';
import { EventStreamReader } from './event-stream-reader.js';
import { checkStreamPrefix, DEFAULTS } from './eventstoredb-options.js';
import type { EventStoreDbOptions } from './eventstoredb-options.js';
import { HeadPosition } from './head-position.js';
import { LogIdentity } from './log-identity.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { subscription } from './subscription.js';

/**
 * The server stamps an event before it writes it, by a clock that cannot be read, and its writes cannot be held up. So
 * an instant counts as settled when it is so long past by the clock of this process, in milliseconds. The two clocks
 * must agree within this time.
 */
const SETTLED_AFTER_MS = 2_000;

/**
 * The log in an EventStoreDB server or cluster, beside other applications' streams. Any number of processes may
 * append to one log and read it. It relies on answers that were observed on a real server
 * (test/contract/eventstoredb-behaviour.spec.ts).
 */
export class EventStoreDbEventStore implements EventStore {
  readonly #closing = new AbortController();
  /** Calls that closing waits for. */
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #client: EventStoreDBClient;
  readonly #head: HeadPosition;
  readonly #streams: EventStreamReader;
  readonly #log: LogReader;
  readonly #writer: LogWriter;
  readonly #bulks = new BulkAppends((append) => this.#writer.write(append));
  readonly #identity: LogIdentity;
  readonly #settings: Required<EventStoreDbOptions>;
  #closed: Promise<void> | undefined;

  /** Connects when it is first used. @throws InvalidInput for an invalid connection string or stream prefix. */
  constructor(options: EventStoreDbOptions) {
    this.#settings = { ...DEFAULTS, ...options };
    const { url, streamPrefix: prefix, retryPolicy, answerMs, silenceMs } = this.#settings;
    checkStreamPrefix(prefix);
    // Each read adds a listener.
    setMaxListeners(0, this.#closing.signal);
    this.#client = connect(url);
    // Closing ends reads and their retries. Appends under way are completed.
    const reading = { prefix, retryPolicy, silenceMs, closing: this.#closing.signal };
    const writing = { prefix, retryPolicy, answerMs };
    const heads = new ChainHeads();
    this.#head = new HeadPosition(this.#client, reading);
    this.#streams = new EventStreamReader(this.#client, heads, reading);
    this.#log = new LogReader(this.#client, reading);
    const channel = new AppendChannel(this.#client);
    this.#writer = new LogWriter(channel, this.#streams, heads, this.#head, writing);
    this.#identity = new LogIdentity(this.#client, channel, reading, writing);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const append = validateAppend({ stream, expected, events });
    this.#throwIfClosed();
    const outcome = await this.#track(this.#writer.write(append));
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    const validated = await validateAppends(appends);
    this.#throwIfClosed();
    return this.#track(this.#bulks.store(validated));
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const bounds = streamBounds(options);
    this.#throwIfClosed();
    yield* this.#streams.read(stream, bounds);
  }

  async *readAll({ after = START, limit }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    const maxEvents = wholeNumber('limit', limit) ?? Infinity;
    this.#throwIfClosed();
    yield* this.#log.readBetween(after, await this.#head.find(), maxEvents);
  }

  async *readBatches({ after = START }: ReadBatchesOptions = {}): AsyncGenerator<
    readonly EventWithoutMetadata[]
  > {
    this.#throwIfClosed();
    yield* this.#log.readBatchesBetween(after, await this.#head.find());
  }

  subscribe({ after, signal }: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    const { silenceMs, resubscribePolicy } = this.#settings;
    const source = { reader: this.#log, head: this.#head, silenceMs, resubscribePolicy };
    return subscription(source, after, AbortSignal.any([signal, this.#closing.signal]));
  }

  async head(): Promise<Position> {
    this.#throwIfClosed();
    return this.#head.find();
  }

  /** By the clock of this process, which must agree with the server's: see {@link SETTLED_AFTER_MS}. */
  async settledHead(instant: Date): Promise<Position | null> {
    this.#throwIfClosed();
    const age = Date.now() - instant.getTime();
    if (age <= 0) return null;
    const { signal } = this.#closing;
    // If the store is closed meanwhile, head() throws.
    if (age < SETTLED_AFTER_MS)
      await pause(SETTLED_AFTER_MS - age, undefined, { signal }).catch(() => undefined);
    return this.head();
  }

  async identity(): Promise<string> {
    this.#throwIfClosed();
    return `eventstoredb:${this.#settings.streamPrefix}:${await this.#track(this.#identity.find())}`;
  }

  /** Ends subscriptions and the connection, after the appends under way have their outcomes. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(storeClosed());
    await Promise.allSettled(this.#underWay);
    await disconnect(this.#client);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  #throwIfClosed(): void {
    this.#closing.signal.throwIfAborted();
  }
}
