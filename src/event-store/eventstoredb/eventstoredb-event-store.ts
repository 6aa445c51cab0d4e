import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { InvalidInput } from '../../platform/errors.js';
import { validateAppend, validateAppends } from '../core/append-validation.js';
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
import { START } from '../position.js';
import type { Position } from '../position.js';
import { streamBounds, wholeNumber } from '../core/stream-bounds.js';
import { BulkAppends } from './append-bulk.js';
import { AppendChannel } from './append-channel.js';
import { ChainHeads } from './chain-heads.js';
import { connect, disconnect } from './connection.js';
import { HeadPosition } from './head-position.js';
import { LogIdentity } from './log-identity.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { storeClosed, type RetryPolicy } from '../../platform/retry-policy.js';
import { subscription, type BackOff } from './subscription.js';

export type EventStoreDbOptions = Readonly<{
  /** `esdb://…` or `esdb+discover://…`; TLS and credentials in it are honoured. */
  url: string;
}> &
  Partial<
    Readonly<{
      /** What every stream's name begins with in EventStoreDB; nothing else is read. */
      streamPrefix: string;
      /** Attempts after an outage, for appends and reads alike. */
      patience: RetryPolicy;
      /** How long an append may go unanswered before it is sent again, in milliseconds. */
      answerMs: number;
      /** How long nothing may come before a read is begun again, or a subscription looked after, in milliseconds. */
      silenceMs: number;
      /** Between the end of a subscription and the next one on the server. */
      backOff: BackOff;
    }>
  >;

const DEFAULTS = {
  streamPrefix: 'upheld.',
  patience: { pauses: [50, 200, 500, 1_000, 1_000, 1_000], limit: 5_000 },
  answerMs: 5_000,
  silenceMs: 10_000,
  backOff: { first: 50, longest: 2_000 },
};

/**
 * The server stamps an event before it is written, by a clock of its own which nobody can ask for, and nobody can
 * keep it from writing: an instant counts as settled when it is so long past by the clock of this process, in
 * milliseconds. So the two clocks must agree as well as that.
 */
const SETTLED_AFTER = 2_000;

/** Printable, without spaces, and not a system stream's. */
const PREFIX = /^(?!\$)[!-~]{1,50}$/;

/**
 * The log in an EventStoreDB server or cluster, beside other applications' streams. Any number of processes may
 * append to one log and read it. Built for what a real server was measured to answer
 * (test/contract/eventstoredb-behaviour.spec.ts).
 */
export class EventStoreDbEventStore implements EventStore {
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #client: EventStoreDBClient;
  readonly #head: HeadPosition;
  readonly #reader: LogReader;
  readonly #writer: LogWriter;
  readonly #bulks = new BulkAppends((append) => this.#writer.write(append));
  readonly #identity: LogIdentity;
  readonly #prefix: string;
  readonly #silenceMs: number;
  readonly #backOff: BackOff;
  #closed: Promise<void> | undefined;

  /** Connects when it is first used. @throws InvalidInput for a connection string or a prefix that cannot be used. */
  constructor(options: EventStoreDbOptions) {
    const { url, streamPrefix: prefix, patience, answerMs, silenceMs, backOff } = { ...DEFAULTS, ...options };
    if (!PREFIX.test(prefix)) {
      const detail = 'must be 1 to 50 printable characters, no space, and not begin with $';
      const faults = [{ pointer: 'UPHELD_STREAM_PREFIX', detail }];
      throw new InvalidInput(`the prefix of streams ${detail}`, faults, 'invalid-configuration');
    }
    // Every read waits for it.
    setMaxListeners(0, this.#closing.signal);
    const heads = new ChainHeads();
    const waiting = { silenceMs, closing: this.#closing.signal };
    this.#client = connect(url);
    // Appends under way when it is closed are seen through; whoever reads is told.
    const untilClosed = { ...patience, closing: this.#closing.signal };
    this.#head = new HeadPosition(this.#client, prefix, untilClosed, waiting);
    this.#reader = new LogReader(this.#client, prefix, heads, untilClosed, waiting);
    const channel = new AppendChannel(this.#client);
    const writing = { prefix, patience, answerMs };
    this.#writer = new LogWriter(channel, this.#reader, heads, this.#head, writing);
    this.#identity = new LogIdentity(this.#client, channel, writing, waiting);
    this.#prefix = prefix;
    this.#silenceMs = silenceMs;
    this.#backOff = backOff;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const append = validateAppend({ stream, expected, events });
    this.#refuseWhenClosed();
    const outcome = await this.#settle(this.#writer.write(append));
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    const admitted = await validateAppends(appends);
    this.#refuseWhenClosed();
    return this.#settle(this.#bulks.store(admitted));
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const bounds = streamBounds(options);
    this.#refuseWhenClosed();
    yield* this.#reader.stream(stream, bounds);
  }

  async *readAll({ after = START, limit }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    const most = wholeNumber('limit', limit) ?? Infinity;
    this.#refuseWhenClosed();
    yield* this.#reader.between(after, await this.#head.find(), most);
  }

  async *readBatches({ after = START }: ReadBatchesOptions = {}): AsyncGenerator<
    readonly EventWithoutMetadata[]
  > {
    this.#refuseWhenClosed();
    yield* this.#reader.batchesBetween(after, await this.#head.find());
  }

  subscribe({ after, signal }: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const [reader, head, silenceMs, backOff] = [this.#reader, this.#head, this.#silenceMs, this.#backOff];
    return subscription({ reader, head, silenceMs, backOff }, after, ended);
  }

  async head(): Promise<Position> {
    this.#refuseWhenClosed();
    return this.#head.find();
  }

  /** By the clock of this process, which must agree with the server's: see {@link SETTLED_AFTER}. */
  async settledHead(instant: Date): Promise<Position | null> {
    this.#refuseWhenClosed();
    const age = Date.now() - instant.getTime();
    if (age <= 0) return null;
    const { signal } = this.#closing;
    // Where it is closed meanwhile, the question for the head is refused.
    if (age < SETTLED_AFTER) await pause(SETTLED_AFTER - age, undefined, { signal }).catch(() => undefined);
    return this.head();
  }

  async identity(): Promise<string> {
    this.#refuseWhenClosed();
    return `eventstoredb:${this.#prefix}:${await this.#settle(this.#identity.find())}`;
  }

  /** Ends subscriptions and the connection, after the appends under way have their answers. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
    await disconnect(this.#client);
  }

  async #settle<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closing.signal.aborted) throw storeClosed();
  }
}
