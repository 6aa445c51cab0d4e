import { START as FIRST, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import { StreamNotFound } from '../event-store.errors.js';
import type { EventWithoutMetadata, RecordedEvent } from '../event-store.js';
import { START } from '../position.js';
import type { Position } from '../position.js';
import type { StreamBounds } from '../core/stream-bounds.js';
import type { ChainHeads } from './chain-heads.js';
import { READ_BUFFER, StreamReader } from './stream-reader.js';
import { retryEventStoreDb, MISSING, resumed, errorTypeOf } from './eventstoredb-failures.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';
import type { Waiting } from './eventstoredb-failures.js';
import { toEventWithoutMetadata, toRecordedEvent, type ClientEvent } from './stored-event.js';
import { CompleteReads } from './complete-reads.js';

/** Events of others that the server passes over in one step. */
export const SEARCH_WINDOW = 1_000;

/** How an event of the log is made of what the client read; undefined for one that is not of the log. */
type Reading<Event> = (resolved: ClientEvent, prefix: string) => Event | undefined;

/**
 * Reads the log from EventStoreDB. A read that an outage cuts off goes on where it was, and what it sees of the end of
 * streams is kept for those who append.
 */
export class LogReader {
  readonly #streams: CompleteReads;

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly prefix: string,
    private readonly heads: ChainHeads,
    private readonly patience: RetryPolicy,
    private readonly waiting: Waiting,
  ) {
    this.#streams = new CompleteReads(client, waiting);
  }

  /** @throws StreamNotFound when the stream has no events; Unavailable when the server does not answer. */
  async *stream(stream: string, bounds: StreamBounds): AsyncGenerator<RecordedEvent> {
    const { direction, from, limit } = bounds;
    if (limit === 0) {
      if ((await this.last(stream)) === undefined) throw new StreamNotFound(stream);
      return;
    }
    let none = true;
    for await (const event of this.#events(stream, bounds)) {
      none = false;
      yield event;
    }
    // Where a server begins when it is asked to read backwards from beyond the end is not known.
    if (none && direction === 'backwards' && from !== Infinity) yield* this.#upToRevision(stream, bounds);
  }

  async *#events(stream: string, bounds: StreamBounds): AsyncGenerator<RecordedEvent> {
    let last: RecordedEvent | undefined;
    let left = bounds.limit;
    const open = () => this.#batches(stream, bounds.direction, next(bounds, last), left);
    for await (const batch of resumed(open, this.patience)) {
      for (const event of batch) {
        last = event;
        left -= 1;
        yield event;
        if (left === 0) return;
      }
    }
  }

  async *#upToRevision(stream: string, { from, limit }: StreamBounds): AsyncGenerator<RecordedEvent> {
    let left = limit;
    for await (const event of this.#events(stream, {
      direction: 'backwards',
      from: Infinity,
      limit: Infinity,
    })) {
      if (event.revision > from) continue;
      left -= 1;
      yield event;
      if (left === 0) return;
    }
  }

  /**
   * Up to `count` events of a stream in one piece; none when there is no such stream.
   * @throws Unavailable when the server does not answer.
   */
  async range(
    stream: string,
    direction: StreamBounds['direction'],
    from: number,
    count: number,
  ): Promise<RecordedEvent[]> {
    return retryEventStoreDb(async () => {
      const events: RecordedEvent[] = [];
      try {
        for await (const batch of this.#batches(stream, direction, from, count)) events.push(...batch);
      } catch (error) {
        if (!(error instanceof StreamNotFound)) throw error;
      }
      return events;
    }, this.patience);
  }

  /** The last event of a stream, undefined when there is no such stream. @throws Unavailable as {@link range}. */
  async last(stream: string): Promise<RecordedEvent | undefined> {
    const [last] = await this.range(stream, 'backwards', Infinity, 1);
    return last;
  }

  /**
   * The log after one position and up to another. By subscription: it is filtered on the server, and faster than a
   * read of everything. @throws Unavailable when the server does not answer.
   */
  async *between(after: Position, head: Position, limit: number): AsyncGenerator<RecordedEvent> {
    let left = limit;
    if (left === 0) return;
    for await (const batch of this.#between(after, head, toRecordedEvent)) {
      for (const event of batch) {
        yield event;
        left -= 1;
        if (left === 0) return;
      }
    }
  }

  /** The same in batches and without metadata. @throws Unavailable when the server does not answer. */
  batchesBetween(after: Position, head: Position): AsyncGenerator<readonly EventWithoutMetadata[]> {
    return this.#between(after, head, toEventWithoutMetadata);
  }

  async *#between<Event extends EventWithoutMetadata>(
    after: Position,
    head: Position,
    read: Reading<Event>,
  ): AsyncGenerator<readonly Event[]> {
    let place = after;
    if (head <= after) return;
    for await (const batch of resumed(() => this.#upTo(place, head, read), this.patience)) {
      const events = batch.filter((event) => {
        if (event.position <= place || event.position > head) return false;
        place = event.position;
        return true;
      });
      if (events.length > 0) yield events;
      if (place === head || (batch.at(-1)?.position ?? START) > head) return;
    }
  }

  /** What the log holds after a position, then what comes. */
  follow(after: Position): StreamReader<AllStreamResolvedEvent> {
    const fromPosition = after === START ? FIRST : { commit: BigInt(after), prepare: BigInt(after) };
    const filter = streamNameFilter({
      prefixes: [this.prefix],
      maxSearchWindow: SEARCH_WINDOW,
      // So the server tells that it lives while it passes over events of others, which can take long.
      checkpointReached: () => {
        flow.wake();
      },
    });
    const flow = new StreamReader<AllStreamResolvedEvent>(
      this.client.subscribeToAll({ fromPosition, filter, requiresLeader: true }, READ_BUFFER),
    );
    return flow;
  }

  /** The events of the log among what was read. */
  recorded(resolved: readonly ClientEvent[]): RecordedEvent[] {
    return this.#ofTheLog(resolved, toRecordedEvent);
  }

  #ofTheLog<Event>(resolved: readonly ClientEvent[], read: Reading<Event>): Event[] {
    const events: Event[] = [];
    for (const one of resolved) {
      const event = read(one, this.prefix);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  async *#upTo<Event extends EventWithoutMetadata>(
    place: Position,
    head: Position,
    read: Reading<Event>,
  ): AsyncGenerator<Event[]> {
    const flow = this.follow(place);
    try {
      for await (const batch of flow.batches(this.waiting)) {
        const events = this.#ofTheLog(batch, read);
        yield events;
        // The last event up to the head may be gone, with its stream, since the head was looked for.
        if (flow.caughtUp || (events.at(-1)?.position ?? START) >= head) return;
      }
      throw new TimedOut('the server ended the subscription');
    } finally {
      flow.close();
    }
  }

  async *#batches(
    stream: string,
    direction: StreamBounds['direction'],
    from: number | 'none',
    count: number,
  ): AsyncGenerator<RecordedEvent[]> {
    if (from === 'none') return;
    try {
      for await (const batch of this.#streams.batches(this.prefix + stream, direction, from, count)) {
        const events = this.recorded(batch);
        for (const event of [events[0], events.at(-1)]) if (event !== undefined) this.heads.learn(event);
        yield events;
      }
    } catch (error) {
      throw MISSING.has(errorTypeOf(error)) ? new StreamNotFound(stream) : error;
    }
  }
}

/** Where a read goes on after the last event it yielded. */
function next({ from, direction }: StreamBounds, last: RecordedEvent | undefined): number | 'none' {
  if (last === undefined) return from;
  if (direction === 'forwards') return last.revision + 1;
  return last.revision === 0 ? 'none' : last.revision - 1;
}
