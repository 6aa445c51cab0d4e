import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { validateAppend } from '../core/append-validation.js';
import type { ValidatedAppend, ValidatedEvent } from '../core/append-validation.js';
import { InvalidAppend, RevisionConflict, storeClosed, StreamNotFound } from '../event-store.errors.js';
import type {
  Appended,
  AppendOutcome,
  EventMetadata,
  EventStore,
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
import { checkExpectedRevision, type ExpectedRevision } from '../core/expected-revision.js';
import { pollingSubscription } from '../core/polling-subscription.js';
import { chainEvents } from '../core/hash-chain.js';
import { AppendSignal } from '../core/append-signal.js';
import { position, START } from '../position.js';
import type { Position } from '../position.js';
import { streamBounds } from '../core/stream-bounds.js';

/** An event as kept: data and metadata are JSON text, so that no caller shares an object with the log. */
type StoredEvent = Omit<RecordedEvent, 'data' | 'metadata'> & Pick<ValidatedEvent, 'data' | 'metadata'>;

const PAGE = 500;

/** The reference model of the log for tests. It ends with the process. */
export class MemoryEventStore implements EventStore {
  readonly #identity = `memory:${randomUUID()}`;
  readonly #log: StoredEvent[] = [];
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #ids = new Set<string>();
  readonly #appendSignal = new AppendSignal();
  readonly #closing = new AbortController();

  /** @param clock the store's clock, in milliseconds since 1970. */
  constructor(private readonly clock: () => number = Date.now) {}

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const append = validateAppend({ stream, expected, events });
    await this.#ready();
    const outcome = this.#store(append);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    const validated = appends.map(validateAppend);
    await this.#ready();
    return validated.map((append) => this.#store(append));
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from, direction, limit } = streamBounds(options);
    await this.#ready();
    const events = this.#streams.get(stream);
    if (events === undefined) throw new StreamNotFound(stream);
    const inOrder = direction === 'forwards' ? events.slice(from) : events.slice(0, from + 1).toReversed();
    yield* inOrder.slice(0, limit).map(recorded);
  }

  async *readAll({ after = START, limit = Infinity }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    await this.#ready();
    const head = this.#log.length;
    yield* this.#log.slice(Number(after), Math.min(Number(after) + limit, head)).map(recorded);
  }

  async *readBatches(options?: ReadBatchesOptions): AsyncGenerator<readonly EventWithoutMetadata[]> {
    const events: EventWithoutMetadata[] = [];
    for await (const { metadata: _, ...event } of this.readAll(options)) events.push(event);
    for (let from = 0; from < events.length; from += PAGE) yield events.slice(from, from + PAGE);
  }

  subscribe({ after, signal }: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    const pageAfter = async (last: Position) => {
      await nextTurn();
      const events = this.#log.slice(Number(last), Number(last) + PAGE).map(recorded);
      return { events, more: events.length === PAGE };
    };
    const end = AbortSignal.any([signal, this.#closing.signal]);
    return pollingSubscription({ pageAfter, appendSignal: this.#appendSignal, pollMs: 60_000 }, after, end);
  }

  async head(): Promise<Position> {
    await this.#ready();
    return this.#log.at(-1)?.position ?? START;
  }

  /** Events are stamped and stored in one step, so none can follow with an earlier stamp. */
  async settledHead(instant: Date): Promise<Position | null> {
    const head = await this.head();
    return this.clock() > instant.getTime() ? head : null;
  }

  async identity(): Promise<string> {
    await this.#ready();
    return this.#identity;
  }

  close(): Promise<void> {
    this.#closing.abort(storeClosed());
    return Promise.resolve();
  }

  /** Waits for the next turn of the event loop, so that no answer is immediate, as on a real engine. */
  async #ready(): Promise<void> {
    await nextTurn();
    this.#closing.signal.throwIfAborted();
  }

  #store(append: ValidatedAppend): AppendOutcome {
    const { stream, expected, events } = append;
    const current = this.#streams.get(stream)?.at(-1)?.revision ?? 'no-stream';
    const ids = events.map(({ id }) => id);
    const locationOf = (id: string) => this.#streams.get(stream)?.find((event) => event.id === id);
    const check = checkExpectedRevision(expected, current, ids, locationOf);
    switch (check.kind) {
      case 'conflict':
        return new RevisionConflict(stream, expected, current);
      case 'repeat':
        return { revision: check.last.revision, position: check.last.position };
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
    this.#appendSignal.notify();
    return last;
  }
}

function recorded(stored: StoredEvent): RecordedEvent {
  return {
    ...stored,
    data: JSON.parse(stored.data) as JsonObject,
    metadata: JSON.parse(stored.metadata) as EventMetadata,
  };
}
