import type { EventStoreDBClient } from '@eventstore/db-client';
import { StreamNotFound } from '../event-store.errors.js';
import type { RecordedEvent } from '../event-store.js';
import type { StreamBounds } from '../core/stream-bounds.js';
import type { ChainHeads } from './chain-heads.js';
import { CompleteReads } from './complete-reads.js';
import { isStreamMissing, retryEventStoreDb, retryEventStoreDbRead } from './eventstoredb-failures.js';
import type { ReadOptions } from './eventstoredb-options.js';
import { toRecordedEvent } from './stored-event.js';

/**
 * Reads single streams of the log. A read that fails continues after its last event. The last events it reads are kept
 * in {@link ChainHeads} for appends.
 */
export class EventStreamReader {
  readonly #reads: CompleteReads;

  constructor(
    client: EventStoreDBClient,
    private readonly heads: ChainHeads,
    private readonly options: ReadOptions,
  ) {
    this.#reads = new CompleteReads(client, options);
  }

  /** @throws StreamNotFound when the stream has no events; Unavailable when the server does not answer. */
  async *read(stream: string, bounds: StreamBounds): AsyncGenerator<RecordedEvent> {
    const { direction, from, limit } = bounds;
    if (limit === 0) {
      if ((await this.last(stream)) === undefined) throw new StreamNotFound(stream);
      return;
    }
    let isEmpty = true;
    for await (const event of this.#events(stream, bounds)) {
      isEmpty = false;
      yield event;
    }
    // We do not know where a server begins to read backwards from a revision after the last.
    if (isEmpty && direction === 'backwards' && from !== Infinity) yield* this.#backwardsFrom(stream, bounds);
  }

  /**
   * Up to `count` events of a stream, read in one attempt. No events when there is no such stream.
   * @throws Unavailable when the server does not answer.
   */
  async range(
    stream: string,
    direction: StreamBounds['direction'],
    from: number,
    count: number,
  ): Promise<RecordedEvent[]> {
    const read = async () => {
      const events: RecordedEvent[] = [];
      try {
        for await (const batch of this.#batches(stream, direction, from, count)) events.push(...batch);
      } catch (error) {
        if (!(error instanceof StreamNotFound)) throw error;
      }
      return events;
    };
    return retryEventStoreDb(read, this.options.retryPolicy, this.options.closing);
  }

  /** The last event of a stream, undefined when there is no such stream. @throws Unavailable as {@link range}. */
  async last(stream: string): Promise<RecordedEvent | undefined> {
    const [last] = await this.range(stream, 'backwards', Infinity, 1);
    return last;
  }

  async *#events(stream: string, bounds: StreamBounds): AsyncGenerator<RecordedEvent> {
    const { retryPolicy, closing } = this.options;
    let last: RecordedEvent | undefined;
    let left = bounds.limit;
    const open = () => this.#batches(stream, bounds.direction, nextRevision(bounds, last), left);
    for await (const batch of retryEventStoreDbRead(open, retryPolicy, closing)) {
      for (const event of batch) {
        last = event;
        left -= 1;
        yield event;
        if (left === 0) return;
      }
    }
  }

  /** Reads backwards from the end, and skips the events after revision `from`. */
  async *#backwardsFrom(stream: string, { from, limit }: StreamBounds): AsyncGenerator<RecordedEvent> {
    const whole = { direction: 'backwards', from: Infinity, limit: Infinity } as const;
    let left = limit;
    for await (const event of this.#events(stream, whole)) {
      if (event.revision > from) continue;
      left -= 1;
      yield event;
      if (left === 0) return;
    }
  }

  async *#batches(
    stream: string,
    direction: StreamBounds['direction'],
    from: number | 'none',
    count: number,
  ): AsyncGenerator<RecordedEvent[]> {
    if (from === 'none') return;
    const { prefix } = this.options;
    try {
      for await (const batch of this.#reads.batches(prefix + stream, direction, from, count)) {
        const events = batch.flatMap((resolved) => toRecordedEvent(resolved, prefix) ?? []);
        for (const event of [events[0], events.at(-1)]) if (event !== undefined) this.heads.update(event);
        yield events;
      }
    } catch (error) {
      throw isStreamMissing(error) ? new StreamNotFound(stream) : error;
    }
  }
}

/** The revision at which a read continues after the last event it yielded. */
function nextRevision({ from, direction }: StreamBounds, last: RecordedEvent | undefined): number | 'none' {
  if (last === undefined) return from;
  if (direction === 'forwards') return last.revision + 1;
  return last.revision === 0 ? 'none' : last.revision - 1;
}
