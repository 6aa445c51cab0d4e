import type { Pool } from 'pg';
import type { RetryPolicy } from '../../platform/retry-policy.js';
import { StreamNotFound } from '../event-store.errors.js';
import type { EventWithoutMetadata, RecordedEvent } from '../event-store.js';
import type { LogPage } from '../core/polling-subscription.js';
import { position } from '../position.js';
import type { Position } from '../position.js';
import type { StreamBounds } from '../core/stream-bounds.js';
import {
  APPEND_LOCK_FREE,
  PAGE_BETWEEN_WITHOUT_METADATA,
  HEAD,
  IDENTITY,
  PAGE_AFTER,
  PAGE_BACKWARDS,
  PAGE_BETWEEN,
  PAGE_FORWARDS,
  PAGE_ROWS,
  STREAM_EXISTS,
} from './event-log.sql.js';
import { isFullPage, toEventWithoutMetadata, toRecordedEvent } from './event-rows.js';
import type { EventRow, RowWithoutMetadata } from './event-rows.js';
import { retryPostgres } from './postgres-failures.js';

/** For subscriptions, which retry by themselves. */
const NO_RETRIES: RetryPolicy = { firstMs: 0, longestMs: 0, retries: 0 };

/** Reads at most `rows` events after the last event of the page before. */
type ReadPage<Event> = (last: Event | undefined, rows: number) => Promise<LogPage<Event>>;

/** Reads the log in pages, each by a query of its own: nothing is held open while the consumer works on one. */
export class LogReader {
  /** @param closing ends retries when aborted. */
  constructor(
    private readonly pool: Pool,
    private readonly retryPolicy: RetryPolicy,
    private readonly closing?: AbortSignal,
  ) {}

  /** Position of the last event. @throws Unavailable when the database does not answer. */
  async head(): Promise<Position> {
    const rows = await this.#query<{ position: string }>('head', HEAD, []);
    return position(rows[0]?.position ?? '0');
  }

  /**
   * A writer stamps its events under the append lock and releases it when they are visible. So once the lock is free,
   * all events stamped before can be read, and later ones are stamped later.
   * @throws Unavailable when the database does not answer.
   */
  async settledHead(instant: Date): Promise<Position | null> {
    const [lock] = await this.#query<{ past: boolean }>('append-lock-free', APPEND_LOCK_FREE, [
      instant.toISOString(),
    ]);
    return lock?.past === true ? this.head() : null;
  }

  /** The id of the log. @throws Unavailable when the database does not answer. */
  async identity(): Promise<string> {
    const [row] = await this.#query<{ id: string }>('identity', IDENTITY, []);
    if (row === undefined) throw new Error('the log has no identity');
    return row.id;
  }

  /** The page after a position, in one attempt. @throws Unavailable when the database does not answer. */
  async pageAfter(after: Position): Promise<LogPage> {
    return this.#page('page-after', PAGE_AFTER, [after], PAGE_ROWS, NO_RETRIES);
  }

  /** Events after one position and up to another. @throws Unavailable when the database does not answer. */
  readBetween(after: Position, head: Position, limit: number): AsyncGenerator<RecordedEvent> {
    return this.#events(limit, (last, rows) =>
      this.#page('page-between', PAGE_BETWEEN, [last?.position ?? after, head], rows),
    );
  }

  /** As {@link readBetween}, in pages and without metadata. */
  readBatchesBetween(after: Position, head: Position): AsyncGenerator<readonly EventWithoutMetadata[]> {
    return this.#pages(Infinity, async (last: EventWithoutMetadata | undefined, limit) => {
      const values = [last?.position ?? after, head, limit];
      const name = 'page-between-without-metadata';
      const rows = await this.#query<RowWithoutMetadata>(name, PAGE_BETWEEN_WITHOUT_METADATA, values);
      return { events: rows.map(toEventWithoutMetadata), more: isFullPage(rows, limit) };
    });
  }

  /** @throws StreamNotFound when the stream has no events; Unavailable when the database does not answer. */
  async *readStream(stream: string, bounds: StreamBounds): AsyncGenerator<RecordedEvent> {
    let isEmpty = true;
    for await (const event of this.#streamEvents(stream, bounds)) {
      isEmpty = false;
      yield event;
    }
    if (!isEmpty) return;
    if (!(await this.#existsOutside(stream, bounds))) throw new StreamNotFound(stream);
    // Its first events may have come between the two queries: then they must be found, not an empty stream.
    yield* this.#streamEvents(stream, bounds);
  }

  /** Whether a stream without events within the bounds has others. Bounds that exclude nothing need no query. */
  async #existsOutside(stream: string, { from, direction, limit }: StreamBounds): Promise<boolean> {
    if (limit > 0 && (direction === 'backwards' || from === 0)) return false;
    return (await this.#query('stream-exists', STREAM_EXISTS, [stream])).length > 0;
  }

  #streamEvents(stream: string, { from, direction, limit }: StreamBounds): AsyncGenerator<RecordedEvent> {
    if (direction === 'forwards') {
      return this.#events(limit, (last, rows) => {
        const first = last === undefined ? from : last.revision + 1;
        return this.#page('page-forwards', PAGE_FORWARDS, [stream, first], rows);
      });
    }
    return this.#events(limit, (last, rows) => {
      const first = last === undefined ? Math.min(from, Number.MAX_SAFE_INTEGER) : last.revision - 1;
      return this.#page('page-backwards', PAGE_BACKWARDS, [stream, first], rows);
    });
  }

  async *#events(limit: number, readPage: ReadPage<RecordedEvent>): AsyncGenerator<RecordedEvent> {
    for await (const page of this.#pages(limit, readPage)) yield* page;
  }

  async *#pages<Event>(limit: number, readPage: ReadPage<Event>): AsyncGenerator<readonly Event[]> {
    let last: Event | undefined;
    for (let left = limit; left > 0;) {
      const { events, more } = await readPage(last, Math.min(left, PAGE_ROWS));
      if (events.length > 0) yield events;
      if (!more) return;
      left -= events.length;
      last = events.at(-1);
    }
  }

  async #page(
    name: string,
    text: string,
    values: readonly unknown[],
    limit: number,
    retryPolicy = this.retryPolicy,
  ): Promise<LogPage> {
    const rows = await this.#query<EventRow>(name, text, [...values, limit], retryPolicy);
    return { events: rows.map(toRecordedEvent), more: isFullPage(rows, limit) };
  }

  async #query<R extends object>(
    name: string,
    text: string,
    values: unknown[],
    retryPolicy = this.retryPolicy,
  ): Promise<R[]> {
    const query = () => this.pool.query<R>({ name, text, values });
    return (await retryPostgres(query, retryPolicy, this.closing)).rows;
  }
}
