import { setTimeout as pause } from 'node:timers/promises';
import { ErrorType, WrongExpectedVersionError } from '@eventstore/db-client';
import { Unavailable } from '../../platform/errors.js';
import type { ValidatedAppend } from '../core/append-validation.js';
import { InvalidAppend, RevisionConflict } from '../event-store.errors.js';
import type { AppendOutcome, RecordedEvent } from '../event-store.js';
import { checkExpectedRevision } from '../core/expected-revision.js';
import { chainEvents } from '../core/hash-chain.js';
import type { AppendChannel } from './append-channel.js';
import type { ChainHeads } from './chain-heads.js';
import type { HeadPosition } from './head-position.js';
import type { LogReader } from './log-reader.js';
import { retryEventStoreDb, errorTypeOf } from './eventstoredb-failures.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';
import { isSystemType, toWireEvent } from './stored-event.js';
import { KeyedMutex } from '../../platform/keyed-mutex.js';

/** Events of a stream's end among which a repeat is looked for that names no revision, besides its own. */
const RECENT = 16;

/** How often an append that names no revision is tried at another one, when others write the stream too. */
const ATTEMPTS_ANYWHERE = 50;
/** How often an append is judged anew whose conflict is over by the time it is told. */
const ATTEMPTS_AFTER = 3;

export type WriterOptions = Readonly<{ prefix: string; patience: RetryPolicy; answerMs: number }>;

/**
 * Appends, always under the exact revision, so that the hash chain holds and the server tells repeats by their
 * ids: an append whose answer is lost is sent again as it was. Only the leader answers.
 */
export class LogWriter {
  readonly #turns = new KeyedMutex();

  constructor(
    private readonly channel: AppendChannel,
    private readonly reader: LogReader,
    private readonly heads: ChainHeads,
    private readonly head: HeadPosition,
    private readonly options: WriterOptions,
  ) {}

  /** @throws Unavailable when the outcome is not known. */
  async write(append: ValidatedAppend): Promise<AppendOutcome> {
    const { stream, expected, events } = append;
    const system = events.find(({ type }) => isSystemType(type));
    if (system !== undefined)
      return new InvalidAppend(`the type ${system.type} is one of EventStoreDB itself`);
    if (expected === 'any' || expected === 'stream-exists') {
      return this.#turns.take(stream, () => this.#writeAnywhere(append));
    }
    return this.#writeAfter(append, expected === 'no-stream' ? -1 : expected);
  }

  /** Appends after a revision, -1 for a new stream. */
  async #writeAfter(append: ValidatedAppend, before: number): Promise<AppendOutcome> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#tryAfter(append, before);
      // Others brought the stream to the very revision between the judgement and the look at its end.
      const isOver = outcome instanceof RevisionConflict && outcome.actual === append.expected;
      if (!isOver || attempt >= ATTEMPTS_AFTER) return outcome;
    }
  }

  async #tryAfter(append: ValidatedAppend, before: number): Promise<AppendOutcome> {
    const { stream } = append;
    const known = this.heads.get(stream);
    if (known !== undefined && known.revision > before) return this.#judgeBehind(append, before);
    if (before < 0) return this.#send(append, before, null);
    if (known?.revision === before) return this.#send(append, before, known.hash);
    const [event, further] = await this.reader.range(stream, 'forwards', before, 2);
    if (event?.revision !== before) return this.#conflict(append);
    return further === undefined ? this.#send(append, before, event.hash) : this.#judgeBehind(append, before);
  }

  /** For an append that names no revision: at the stream's present one, by turns within this process. */
  async #writeAnywhere(append: ValidatedAppend): Promise<AppendOutcome> {
    const { stream, expected, events } = append;
    const ids = events.map(({ id }) => id);
    for (let attempt = 1; attempt <= ATTEMPTS_ANYWHERE; attempt += 1) {
      const recent = await this.reader.range(stream, 'backwards', Infinity, ids.length + RECENT);
      const last = recent[0];
      const verdict = checkExpectedRevision(expected, last?.revision ?? 'no-stream', ids, placeIn(recent));
      if (verdict.kind === 'conflict') {
        return new RevisionConflict(stream, expected, last?.revision ?? 'no-stream');
      }
      if (verdict.kind === 'repeat') return answerAt(verdict.last);
      const outcome = await this.#send(append, last?.revision ?? -1, last?.hash ?? null);
      if (!(outcome instanceof RevisionConflict)) return outcome;
      await pause(Math.random() * attempt);
    }
    throw new Unavailable('event-store-contended', `others keep writing the stream ${stream}`);
  }

  async #send(append: ValidatedAppend, before: number, previousHash: string | null): Promise<AppendOutcome> {
    const { stream, expected, events } = append;
    const { prefix, patience, answerMs } = this.options;
    const wire = chainEvents(stream, before + 1, previousHash, events).map(toWireEvent);
    return retryEventStoreDb(async (failures): Promise<AppendOutcome> => {
      try {
        const appended = await this.channel.append(prefix + stream, before, wire, answerMs);
        this.head.note(appended.position);
        return appended;
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) {
          // Stored by an earlier attempt after all? The server would tell; that it does is not taken on trust.
          if (failures > 0) return this.#judgeBehind(append, before);
          const { actualVersion: actual } = error;
          return new RevisionConflict(
            stream,
            expected,
            actual === 'no_stream' ? 'no-stream' : Number(actual),
          );
        }
        const refusal = refusalOf(error);
        if (refusal === undefined) throw error;
        return new InvalidAppend(`${stream}: ${refusal}`);
      }
    }, patience);
  }

  /** The stream is further on than the revision named: a repeat or a conflict, nothing is to be stored. */
  async #judgeBehind(append: ValidatedAppend, before: number): Promise<AppendOutcome> {
    const ids = append.events.map(({ id }) => id);
    const events = await this.reader.range(append.stream, 'forwards', before + 1, ids.length);
    const verdict = checkExpectedRevision(
      before < 0 ? 'no-stream' : before,
      before + 1,
      ids,
      placeIn(events),
    );
    return verdict.kind === 'repeat' ? answerAt(verdict.last) : this.#conflict(append);
  }

  async #conflict({ stream, expected }: ValidatedAppend): Promise<RevisionConflict> {
    this.heads.forget(stream);
    const last = await this.reader.last(stream);
    return new RevisionConflict(stream, expected, last?.revision ?? 'no-stream');
  }
}

const placeIn = (events: readonly RecordedEvent[]) => {
  const places = new Map(events.map((event) => [event.id, event]));
  return (id: string) => places.get(id);
};

const answerAt = ({ revision, position }: RecordedEvent): AppendOutcome => ({ revision, position });

/** Why the server will never take an append; undefined for any other error. */
function refusalOf(error: unknown): string | undefined {
  const type = errorTypeOf(error);
  if (type === ErrorType.STREAM_DELETED) return 'the stream was deleted on the server, for ever';
  return type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED
    ? 'the append is larger than the server takes'
    : undefined;
}
