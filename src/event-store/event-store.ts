import type { ExpectedRevision } from './core/expected-revision.js';
import type { InvalidAppend, RevisionConflict } from './event-store.errors.js';
import type { Position } from './position.js';

/** Plain JSON, of which an event's data and metadata consist. `bigint` and `undefined` are refused. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** Who acted, as known when the event was recorded. */
export type Actor = Readonly<{ id: string; role: string }>;

/** What is stored beside an event's data, but for its hash, which the engine adds (design 2). */
export type EventMetadata = Readonly<{
  actor: Actor;
  /** UTC instant by the application's clock. */
  recordedAt: string;
  correlationId: string;
  causationId: string;
  /** The command that led to the event, and a hash of its content. They identify a repeat of the command. */
  command: Readonly<{ id: string; contentHash: string }>;
}>;

/** An event to be appended. */
export type NewEvent = Readonly<{
  /** UUID, random or derived. Appending the same ids again stores nothing. */
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
    /** Number in its stream, from 0 without gaps. */
    revision: number;
    /** Position in the log: rising in the order of commit, with gaps. */
    position: Position;
    /** UTC instant by the store's clock; never earlier than that of the event before it. */
    storedAt: string;
    /** SHA-256 (hex) that chains the event to the one before it in its stream. */
    hash: string;
  }>;

/** A recorded event without its metadata, which takes as long to read as all the rest. */
export type EventWithoutMetadata = Omit<RecordedEvent, 'metadata'>;

/** Where an append is in the log. */
export type Appended = Readonly<{
  /** Revision of the last event of this append. */
  revision: number;
  /** Position of the last event of this append. */
  position: Position;
}>;

/** One append to one stream: atomic, its events in the order given. */
export type StreamAppend = Readonly<{
  stream: string;
  expected: ExpectedRevision;
  events: readonly NewEvent[];
}>;

/**
 * The outcome of one append of a bulk: stored (now or earlier), or refused. InvalidAppend only for an event id that
 * the log holds elsewhere, which not every engine notices.
 */
export type AppendOutcome = Appended | RevisionConflict | InvalidAppend;

/** A subscription yields each event once, and `caught-up` whenever it reaches the head. */
export type SubscriptionMessage = RecordedEvent | 'caught-up';

/**
 * The append-only log. One contract suite (test/contract) runs over every engine.
 *
 * The domain expects 'no-stream' or a number on every append: only for these are the truth tables of concurrency and
 * idempotency the same on all engines.
 */
export interface EventStore {
  /**
   * Appends the events to the stream, all or none, if its revision is the expected one. A repeat (the same ids at the
   * same revisions) stores nothing and gets the first answer again.
   *
   * @throws RevisionConflict when the stream is at another revision.
   * @throws InvalidAppend for no events, an id twice, a payload that is not JSON, or over {@link MAX_APPEND_BYTES}.
   * @throws Unavailable when the store does not answer. Repeating the append with the same ids is safe.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;

  /**
   * Many appends in few round trips, each atomic and with its own outcome, in the order given. An engine may commit
   * several together; it never splits one.
   *
   * @throws InvalidAppend before anything is stored; Unavailable when an outcome is not known.
   */
  appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]>;

  /** Reads one stream from a revision, in either direction. @throws StreamNotFound when it has no events. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /** Reads the whole log after a position (exclusive), in order of commit, up to the head when it begins. */
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /**
   * Reads as `readAll`, but without metadata and in batches, none of them empty, for consumers that fold the log.
   * Reading event by event, or with metadata, takes twice as long.
   */
  readBatches(options?: ReadBatchesOptions): AsyncIterable<readonly EventWithoutMetadata[]>;

  /**
   * Yields all events after a position, then those to come, without gap or repeat, until aborted.
   * @throws LogShorter when the log ends before a position that was yielded, or before `after`.
   */
  subscribe(options: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage>;

  /** Position of the last event of the log, or START when it is empty. */
  head(): Promise<Position>;

  /**
   * The head, at a moment from which no event can be stamped with this instant or an earlier one: all that was stored
   * by the instant is at or before that head (design 3). Null while the instant is not past on the store's clock. The
   * clock of EventStoreDB cannot be read; this process's is used, and the two must agree within two seconds.
   * @throws Unavailable when the store does not answer.
   */
  settledHead(instant: Date): Promise<Position | null>;

  /**
   * Identifies the log: the same for every process and after every restart, and different for every other log. Read
   * models record it and refuse another. Asking for it stores no event.
   * @throws Unavailable when the store does not answer.
   */
  identity(): Promise<string>;

  /** Ends subscriptions and connections. */
  close(): Promise<void>;
}

/** The token under which Nest provides the {@link EventStore}. */
export const EVENT_STORE = Symbol('EventStore');

export type ReadStreamOptions = Readonly<{
  /** Revision to begin with; by default the first (forwards) or the last (backwards). */
  from?: number;
  direction?: 'forwards' | 'backwards';
  limit?: number;
}>;

export type ReadAllOptions = Readonly<{ after?: Position; limit?: number }>;
export type ReadBatchesOptions = Pick<ReadAllOptions, 'after'>;

/**
 * The largest append, the same on every engine (design 3): the bytes of its events' data and metadata as UTF-8 JSON,
 * and {@link EVENT_OVERHEAD_BYTES} for each event.
 */
export const MAX_APPEND_BYTES = 1_000_000;

/** Counted for each event's type, version and hash, whatever their length. */
export const EVENT_OVERHEAD_BYTES = 200;
