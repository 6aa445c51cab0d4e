import { START as FIRST, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import type { EventWithoutMetadata, RecordedEvent } from '../event-store.js';
import { START } from '../position.js';
import type { Position } from '../position.js';
import { retryEventStoreDbRead } from './eventstoredb-failures.js';
import type { ReadOptions } from './eventstoredb-options.js';
import { toEventWithoutMetadata, toRecordedEvent, type ClientEvent } from './stored-event.js';
import { READ_BUFFER, StreamReader } from './stream-reader.js';

/** Events outside the log that the server skips before it reports a checkpoint. */
export const SEARCH_WINDOW = 1_000;

/** Converts what the client read to an event of the log; undefined for one that is not of the log. */
type Convert<Event> = (resolved: ClientEvent, prefix: string) => Event | undefined;

/**
 * Reads the whole log, by subscriptions: they are filtered on the server, and faster than a read of all its events. A
 * read that fails continues after its last event.
 */
export class LogReader {
  constructor(
    private readonly client: EventStoreDBClient,
    private readonly options: ReadOptions,
  ) {}

  /** Events after one position and up to another. @throws Unavailable when the server does not answer. */
  async *readBetween(after: Position, head: Position, limit: number): AsyncGenerator<RecordedEvent> {
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

  /** As {@link readBetween}, in batches and without metadata. */
  readBatchesBetween(after: Position, head: Position): AsyncGenerator<readonly EventWithoutMetadata[]> {
    return this.#between(after, head, toEventWithoutMetadata);
  }

  /** Subscribes to the events after a position, and to those to come. */
  subscribe(after: Position): StreamReader<AllStreamResolvedEvent> {
    const fromPosition = after === START ? FIRST : { commit: BigInt(after), prepare: BigInt(after) };
    const filter = streamNameFilter({
      prefixes: [this.options.prefix],
      maxSearchWindow: SEARCH_WINDOW,
      // The server can skip events outside the log for long. Its checkpoints show that it is alive.
      checkpointReached: () => {
        reader.wake();
      },
    });
    const reader = new StreamReader<AllStreamResolvedEvent>(
      this.client.subscribeToAll({ fromPosition, filter, requiresLeader: true }, READ_BUFFER),
    );
    return reader;
  }

  /** The events of the log among those that the client read. */
  recordedEvents(resolved: readonly ClientEvent[]): RecordedEvent[] {
    return this.#convertAll(resolved, toRecordedEvent);
  }

  async *#between<Event extends EventWithoutMetadata>(
    after: Position,
    head: Position,
    convert: Convert<Event>,
  ): AsyncGenerator<readonly Event[]> {
    const { retryPolicy, closing } = this.options;
    let last = after;
    if (head <= after) return;
    const open = () => this.#upTo(last, head, convert);
    for await (const batch of retryEventStoreDbRead(open, retryPolicy, closing)) {
      const events = batch.filter((event) => {
        if (event.position <= last || event.position > head) return false;
        last = event.position;
        return true;
      });
      if (events.length > 0) yield events;
      if (last === head || (batch.at(-1)?.position ?? START) > head) return;
    }
  }

  async *#upTo<Event extends EventWithoutMetadata>(
    after: Position,
    head: Position,
    convert: Convert<Event>,
  ): AsyncGenerator<Event[]> {
    const reader = this.subscribe(after);
    try {
      for await (const batch of reader.batches(this.options)) {
        const events = this.#convertAll(batch, convert);
        yield events;
        // The event at the head may have been deleted with its stream since the head was found.
        if (reader.caughtUp || (events.at(-1)?.position ?? START) >= head) return;
      }
      throw new TimedOut('the server ended the subscription');
    } finally {
      reader.close();
    }
  }

  #convertAll<Event>(resolved: readonly ClientEvent[], convert: Convert<Event>): Event[] {
    const events: Event[] = [];
    for (const one of resolved) {
      const event = convert(one, this.options.prefix);
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}
