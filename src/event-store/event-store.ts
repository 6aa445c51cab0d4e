import type { InvalidAppend, RevisionConflict } from './event-store.errors.js';
import type { Position } from './position.js';

/** Plain JSON; what an event's data and metadata consist of. A `bigint` or `undefined` in it is refused. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** Who acted, as known when the event was recorded. */
export type Actor = Readonly<{ id: string; role: string }>;

/** What stands beside an event's data, but for its hash, which the engine adds (design 2). */
export type EventMetadata = Readonly<{
  actor: Actor;
  /** UTC instant by the application's clock. */
  recordedAt: string;
  correlationId: string;
  causationId: string;
  /** The command that led to the event, and a hash of its content: a repeat is known by them. */
  command: Readonly<{ id: string; contentHash: string }>;
}>;

/** An event on its way into a stream. */
export type NewEvent = Readonly<{
  /** UUID, random or derived; appending the same ids again stores nothing. */
  id: string;
  type: string;
  /** Version of the type's schema, from 1. */
  version: number;
  data: JsonObject;
  metadata: EventMetadata;
}>;

/** An event as stored. */
export type RecordedEvent = NewEvent &
  Readonly<{
    stream: string;
    /** Place in its stream, from 0 without gaps. */
    revision: number;
    /** Place in the log: rising in the order of commit, with gaps. */
    position: Position;
    /** UTC instant by the store's clock; never earlier than that of the event before it. */
    storedAt: string;
    /** SHA-256 (hex) that chains the event to the one before it in its stream. */
    hash: string;
  }>;

/** A recorded event but for its metadata, which tells of the recording and takes as long to read as all else. */
export type EventWithoutMetadata = Omit<RecordedEvent, 'metadata'>;

/** What the appender takes the stream to be: its last revision, or one of three states. */
export type ExpectedRevision = number | 'no-stream' | 'stream-exists' | 'any';

export type Appended = Readonly<{
  /** Revision of the last event of this append. */
  revision: number;
  /** Position of the last event of this append. */
  position: Position;
}>;

/** One append to one stream: atomic, its events in order. */
export type StreamAppend = Readonly<{
  stream: string;
  expected: ExpectedRevision;
  events: readonly NewEvent[];
}>;

/**
 * The outcome of one append of a bulk: stored (or known already), or refused on its own. InvalidAppend only for
 * an event id that the log holds elsewhere, which not every engine notices.
 */
export type AppendOutcome = Appended | RevisionConflict | InvalidAppend;

/** A subscription yields each event once, and `caught-up` whenever it has reached the head. */
export type SubscriptionMessage = RecordedEvent | 'caught-up';

/**
 * The append-only log. One contract suite (test/contract) runs over every engine.
 *
 * The domain names its revision on every append ('no-stream' or a number): only for these are the truth
 * tables of concurrency and idempotency the same on all engines.
 */
export interface EventStore {
  /**
   * Appends the events to the stream, all or none, if its revision is the expected one. A repeat, that is
   * the same ids at the same place, stores nothing and answers as the first time did.
   *
   * @throws RevisionConflict when the stream is at another revision.
   * @throws InvalidAppend for no events, an id twice, a payload that is not JSON, or over {@link MAX_APPEND_BYTES}.
   * @throws Unavailable when the store does not answer; repeating with the same ids is safe.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;

  /**
   * Many appends in few round trips, each atomic and judged on its own, in the order given. One engine may
   * commit several together; it never splits one.
   *
   * @throws InvalidAppend before anything is stored; Unavailable when an outcome is not known.
   */
  appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]>;

  /** Reads one stream from a revision, in either direction. @throws StreamNotFound when it has no events. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /** Reads the whole log after a position (exclusive), in order of commit, up to the head at the time. */
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /**
   * What `readAll` yields after a position, for those who fold it: without metadata, and in batches of some size, none
   * of them empty. An event at a time, or with its metadata, takes twice as long.
   */
  readBatches(options?: ReadBatchesOptions): AsyncIterable<readonly EventWithoutMetadata[]>;

  /**
   * First all events after a position, then those to come, without gap or repeat, until aborted.
   * @throws LogShorter when it is noticed that the log ends before where it was followed to.
   */
  subscribe(options: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage>;

  /** Position of the last event of the log, or START when it is empty. */
  head(): Promise<Position>;

  /**
   * The head, once no event can come any more that is stamped with this instant or an earlier one: all that was
   * stored by then stands before it (design 3). Null while the instant is not past on the store's clock; EventStoreDB
   * does not tell its own, and this process's stands for it, so that they must agree within two seconds.
   * @throws Unavailable when the store does not answer.
   */
  settledHead(instant: Date): Promise<Position | null>;

  /**
   * Names the log itself: the same for every process and after every restart, another for every other log.
   * Read models record it, and refuse another. Asking stores no event.
   * @throws Unavailable when the store does not answer.
   */
  identity(): Promise<string>;

  /** Ends subscriptions and connections. */
  close(): Promise<void>;
}
/** The token under which Nest provides the {@link EventStore}. */
export const EVENT_STORE = Symbol('EventStore');

export type ReadStreamOptions = Readonly<{
  /** First revision to read; default the first (forwards) or the last (backwards). */
  from?: number;
  direction?: 'forwards' | 'backwards';
  limit?: number;
}>;

export type ReadAllOptions = Readonly<{ after?: Position; limit?: number }>;
export type ReadBatchesOptions = Pick<ReadAllOptions, 'after'>;

/**
 * The largest append, the same on every engine (design 3): the UTF-8 JSON of its events' data and metadata, and
 * {@link EVENT_OVERHEAD_BYTES} for each event.
 */
export const MAX_APPEND_BYTES = 1_000_000;

/** Allowed for what an engine stores with each event besides: type, version, hash. */
export const EVENT_OVERHEAD_BYTES = 200;
