import { ErrorType, WrongExpectedVersionError } from '@eventstore/db-client';
import { Unavailable } from '../../platform/errors.js';
import { KeyedMutex } from '../../platform/keyed-mutex.js';
import { Backoff, type RetryPolicy } from '../../platform/retry-policy.js';
import type { ValidatedAppend } from '../core/append-validation.js';
import { InvalidAppend, RevisionConflict } from '../event-store.errors.js';
import type { Appended, AppendOutcome, RecordedEvent } from '../event-store.js';
import { checkExpectedRevision } from '../core/expected-revision.js';
import { chainEvents } from '../core/hash-chain.js';
import type { AppendChannel } from './append-channel.js';
import type { ChainHeads } from './chain-heads.js';
import type { EventStreamReader } from './event-stream-reader.js';
import { errorTypeOf, retryEventStoreDb } from './eventstoredb-failures.js';
import type { WriteOptions } from './eventstoredb-options.js';
import type { HeadPosition } from './head-position.js';
import { isSystemType, toWireEvent } from './stored-event.js';

/** Events at the end of a stream that are searched for a repeat without revision, besides as many as it has itself. */
const RECENT_EVENTS = 16;

/** Attempts of an append without revision while others write the stream. */
const CONTENTION_POLICY: RetryPolicy = { firstMs: 1, longestMs: 25, jitter: true, retries: 49 };
/** Attempts of an append whose conflict no longer holds when it is known. */
const MAX_OUTDATED_CONFLICTS = 3;

/**
 * Appends, always with an exact revision, so that the hash chain holds and the server recognises repeats by their ids.
 * An append whose answer is lost is sent again unchanged. Only the leader answers.
 */
export class LogWriter {
  readonly #streams = new KeyedMutex();

  constructor(
    private readonly channel: AppendChannel,
    private readonly reader: EventStreamReader,
    private readonly heads: ChainHeads,
    private readonly head: HeadPosition,
    private readonly options: WriteOptions,
  ) {}

  /** @throws Unavailable when the outcome is not known. */
  async write(append: ValidatedAppend): Promise<AppendOutcome> {
    const { stream, expected, events } = append;
    const system = events.find(({ type }) => isSystemType(type));
    if (system !== undefined)
      return new InvalidAppend(`the type ${system.type} is reserved for EventStoreDB itself`);
    if (expected === 'any' || expected === 'stream-exists') {
      return this.#streams.run(stream, () => this.#writeAtEnd(append));
    }
    return this.#writeAfter(append, expected === 'no-stream' ? -1 : expected);
  }

  /** Appends after a revision, -1 for a new stream. */
  async #writeAfter(append: ValidatedAppend, before: number): Promise<AppendOutcome> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attemptAfter(append, before);
      // Others brought the stream to the expected revision between the check and the read of its end.
      const isOutdated = outcome instanceof RevisionConflict && outcome.actual === append.expected;
      if (!isOutdated || attempt >= MAX_OUTDATED_CONFLICTS) return outcome;
    }
  }

  async #attemptAfter(append: ValidatedAppend, before: number): Promise<AppendOutcome> {
    const { stream } = append;
    const known = this.heads.get(stream);
    if (known !== undefined && known.revision > before) return this.#checkRepeat(append, before);
    if (before < 0) return this.#send(append, before, null);
    if (known?.revision === before) return this.#send(append, before, known.hash);
    const [event, following] = await this.reader.range(stream, 'forwards', before, 2);
    if (event?.revision !== before) return this.#conflict(append);
    return following === undefined
      ? this.#send(append, before, event.hash)
      : this.#checkRepeat(append, before);
  }

  /** Appends without an expected revision: after the stream's present one, one append at a time in this process. */
  async #writeAtEnd(append: ValidatedAppend): Promise<AppendOutcome> {
    const { stream, expected, events } = append;
    const ids = events.map(({ id }) => id);
    const backoff = new Backoff(CONTENTION_POLICY);
    do {
      const recent = await this.reader.range(stream, 'backwards', Infinity, ids.length + RECENT_EVENTS);
      const last = recent[0];
      const current = last?.revision ?? 'no-stream';
      const check = checkExpectedRevision(expected, current, ids, locationIn(recent));
      if (check.kind === 'conflict') return new RevisionConflict(stream, expected, current);
      if (check.kind === 'repeat') return appendedAt(check.last);
      const outcome = await this.#send(append, last?.revision ?? -1, last?.hash ?? null);
      if (!(outcome instanceof RevisionConflict)) return outcome;
    } while (await backoff.wait());
    throw new Unavailable('event-store-contended', `others keep writing the stream ${stream}`);
  }

  async #send(append: ValidatedAppend, before: number, previousHash: string | null): Promise<AppendOutcome> {
    const { stream, expected, events } = append;
    const { prefix, retryPolicy, answerMs } = this.options;
    const wire = chainEvents(stream, before + 1, previousHash, events).map(toWireEvent);
    return retryEventStoreDb(async (failures): Promise<AppendOutcome> => {
      try {
        const appended = await this.channel.append(prefix + stream, before, wire, answerMs);
        this.head.note(appended.position);
        return appended;
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) {
          // An earlier attempt may have been stored after all. The server recognises repeats, but it is not relied on.
          if (failures > 0) return this.#checkRepeat(append, before);
          const { actualVersion } = error;
          const actual = actualVersion === 'no_stream' ? 'no-stream' : Number(actualVersion);
          return new RevisionConflict(stream, expected, actual);
        }
        const reason = refusalReason(error);
        if (reason === undefined) throw error;
        return new InvalidAppend(`${stream}: ${reason}`);
      }
    }, retryPolicy);
  }

  /** The stream has passed the expected revision: the append is a repeat or a conflict, and nothing is stored. */
  async #checkRepeat(append: ValidatedAppend, before: number): Promise<AppendOutcome> {
    const ids = append.events.map(({ id }) => id);
    const events = await this.reader.range(append.stream, 'forwards', before + 1, ids.length);
    const expected = before < 0 ? 'no-stream' : before;
    const check = checkExpectedRevision(expected, before + 1, ids, locationIn(events));
    return check.kind === 'repeat' ? appendedAt(check.last) : this.#conflict(append);
  }

  async #conflict({ stream, expected }: ValidatedAppend): Promise<RevisionConflict> {
    this.heads.forget(stream);
    const last = await this.reader.last(stream);
    return new RevisionConflict(stream, expected, last?.revision ?? 'no-stream');
  }
}

const locationIn = (events: readonly RecordedEvent[]) => {
  const byId = new Map(events.map((event) => [event.id, event]));
  return (id: string) => byId.get(id);
};

const appendedAt = ({ revision, position }: RecordedEvent): Appended => ({ revision, position });

/** Why the server will never store an append; undefined for any other error. */
function refusalReason(error: unknown): string | undefined {
  const type = errorTypeOf(error);
  if (type === ErrorType.STREAM_DELETED) return 'the stream has a tombstone on the server';
  return type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED
    ? 'the append is larger than the server accepts'
    : undefined;
}
