import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Unavailable } from '../../platform/errors.js';
import { validateAppend } from '../core/append-validation.js';
import type { ValidatedAppend, ValidatedEvent } from '../core/append-validation.js';
import { InvalidAppend, RevisionConflict, StreamNotFound } from '../event-store.errors.js';
import type {
  Appended,
  AppendOutcome,
  EventMetadata,
  EventStore,
  ExpectedRevision,
  JsonObject,
  NewEvent,
  ReadAllOptions,
  ReadBatchesOptions,
  ReadStreamOptions,
  EventWithoutMetadata,
  RecordedEvent,
  StreamAppend,
  SubscriptionMessage,
} from '../event-store.js';
import { checkExpectedRevision } from '../core/expected-revision.js';
import { pollingSubscription } from '../core/polling-subscription.js';
import { chainEvents } from '../core/hash-chain.js';
import { AppendSignal } from '../core/append-signal.js';
import { position, START } from '../position.js';
import type { Position } from '../position.js';
import { streamBounds } from '../core/stream-bounds.js';

/** As it stands in the log: the JSON is kept written, so that nobody's object is the log's own. */
type Stored = Omit<RecordedEvent, 'data' | 'metadata'> & Pick<ValidatedEvent, 'data' | 'metadata'>;

const PAGE = 500;

/** The reference model of the log: one append after another, nothing clever, gone with the process. */
export class MemoryEventStore implements EventStore {
  readonly #identity = `memory:${randomUUID()}`;
  readonly #log: Stored[] = [];
  readonly #streams = new Map<string, Stored[]>();
  readonly #ids = new Set<string>();
  readonly #news = new AppendSignal();
  readonly #closed = new AbortController();

  /** @param clock the store's clock, in milliseconds since 1970. */
  constructor(private readonly clock: () => number = Date.now) {}

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const append = validateAppend({ stream, expected, events });
    await this.#open();
    const outcome = this.#store(append);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    const admitted = appends.map(validateAppend);
    await this.#open();
    return admitted.map((append) => this.#store(append));
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from, direction, limit } = streamBounds(options);
    await this.#open();
    const events = this.#streams.get(stream);
    if (events === undefined) throw new StreamNotFound(stream);
    const inOrder = direction === 'forwards' ? events.slice(from) : events.slice(0, from + 1).toReversed();
    yield* inOrder.slice(0, limit).map(recorded);
  }

  async *readAll({ after = START, limit = Infinity }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    await this.#open();
    const head = this.#log.length;
    yield* this.#log.slice(Number(after), Math.min(Number(after) + limit, head)).map(recorded);
  }

  async *readBatches(options?: ReadBatchesOptions): AsyncGenerator<readonly EventWithoutMetadata[]> {
    const events: EventWithoutMetadata[] = [];
    for await (const { metadata: _, ...event } of this.readAll(options)) events.push(event);
    for (let from = 0; from < events.length; from += PAGE) yield events.slice(from, from + PAGE);
  }

  subscribe({ after, signal }: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    const pageAfter = async (place: Position) => {
      await turn();
      const events = this.#log.slice(Number(place), Number(place) + PAGE).map(recorded);
      return { events, more: events.length === PAGE };
    };
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    return pollingSubscription({ pageAfter, news: this.#news, pollMs: 60_000 }, after, ended);
  }

  async head(): Promise<Position> {
    await this.#open();
    return this.#log.at(-1)?.position ?? START;
  }

  /** Stamp and storing are one step here. */
  async settledHead(instant: Date): Promise<Position | null> {
    const head = await this.head();
    return this.clock() > instant.getTime() ? head : null;
  }

  async identity(): Promise<string> {
    await this.#open();
    return this.#identity;
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  /** Answers are never immediate, as on a real engine. */
  async #open(): Promise<void> {
    await turn();
    if (this.#closed.signal.aborted) throw new Unavailable('event-store-closed', 'the event store is closed');
  }

  #store(append: ValidatedAppend): AppendOutcome {
    const { stream, expected, events } = append;
    const current = this.#streams.get(stream)?.at(-1)?.revision ?? 'no-stream';
    const ids = events.map(({ id }) => id);
    const placeIn = (id: string) => this.#streams.get(stream)?.find((event) => event.id === id);
    const verdict = checkExpectedRevision(expected, current, ids, placeIn);
    switch (verdict.kind) {
      case 'conflict':
        return new RevisionConflict(stream, expected, current);
      case 'repeat':
        return { revision: verdict.last.revision, position: verdict.last.position };
      case 'append': {
        const known = ids.find((id) => this.#ids.has(id));
        if (known !== undefined) return new InvalidAppend(`the log holds event ${known} already`);
        return this.#write(append);
      }
    }
  }

  #write({ stream, events }: ValidatedAppend): Appended {
    const before = this.#streams.get(stream) ?? [];
    const earliest = Date.parse(this.#log.at(-1)?.storedAt ?? '1970-01-01');
    const storedAt = new Date(Math.max(this.clock(), earliest)).toISOString();
    let last: Appended = { revision: before.length, position: START };
    for (const chained of chainEvents(stream, before.length, before.at(-1)?.hash ?? null, events)) {
      const { canonical: _, ...event } = chained.event;
      last = { revision: chained.revision, position: position(BigInt(this.#log.length + 1)) };
      const stored = { ...event, ...last, stream, storedAt, hash: chained.hash };
      this.#log.push(stored);
      before.push(stored);
      this.#ids.add(event.id);
    }
    this.#streams.set(stream, before);
    this.#news.notify();
    return last;
  }
}

function recorded(stored: Stored): RecordedEvent {
  return {
    ...stored,
    data: JSON.parse(stored.data) as JsonObject,
    metadata: JSON.parse(stored.metadata) as EventMetadata,
  };
}
