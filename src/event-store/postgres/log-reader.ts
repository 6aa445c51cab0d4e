import type { Pool } from 'pg';
import { StreamNotFound } from '../event-store.errors.js';
import type { EventWithoutMetadata, EventMetadata, JsonObject, RecordedEvent } from '../event-store.js';
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
  PAGE_BYTES,
  PAGE_FORWARDS,
  PAGE_ROWS,
  STREAM_EXISTS,
} from './event-log.sql.js';
import { retryPostgres } from './postgres-failures.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';

/** For readers with a patience of their own. */
const ONE_ATTEMPT: RetryPolicy = { pauses: [], limit: 0 };

type BareRow = Readonly<{
  position: string;
  stream: string;
  revision: number;
  event_id: string;
  type: string;
  version: number;
  data: JsonObject;
  hash: string;
  stored_at: Date;
  bytes: number;
}>;

type Row = BareRow & Readonly<{ metadata: EventMetadata }>;

/** Reads a page of at most so many rows, after the last event of the page before it. */
type Reading<Event> = (last: Event | undefined, rows: number) => Promise<LogPage<Event>>;

/** Reads the log in pages, each by a query of its own: nothing is held open while the consumer works on one. */
export class LogReader {
  constructor(
    private readonly pool: Pool,
    private readonly patience: RetryPolicy,
  ) {}

  /** @throws Unavailable when the database does not answer. */
  async head(): Promise<Position> {
    const rows = await this.#query<{ position: string }>('head', HEAD, []);
    return position(rows[0]?.position ?? '0');
  }

  /**
   * Whoever appends stamps under the append lock and lets go of it when the events are there. So once it was free,
   * what is stamped by then can be read, and what comes is stamped later.
   * @throws Unavailable when the database does not answer.
   */
  async settledHead(instant: Date): Promise<Position | null> {
    const [lock] = await this.#query<{ past: boolean }>('append-lock-free', APPEND_LOCK_FREE, [
      instant.toISOString(),
    ]);
    return lock?.past === true ? this.head() : null;
  }

  /** What the log is called. @throws Unavailable when the database does not answer. */
  async identity(): Promise<string> {
    const [row] = await this.#query<{ id: string }>('identity', IDENTITY, []);
    if (row === undefined) throw new Error('the log has lost its identity');
    return row.id;
  }

  /** The page after a position, in one attempt. @throws Unavailable when the database does not answer. */
  async pageAfter(after: Position): Promise<LogPage> {
    return this.#page('page-after', PAGE_AFTER, [after], PAGE_ROWS, ONE_ATTEMPT);
  }

  /** The log after one position and up to another. @throws Unavailable when the database does not answer. */
  readBetween(after: Position, head: Position, limit: number): AsyncGenerator<RecordedEvent> {
    return this.#events(limit, (last, rows) =>
      this.#page('page-between', PAGE_BETWEEN, [last?.position ?? after, head], rows),
    );
  }

  /** The same in pages and without metadata. @throws Unavailable when the database does not answer. */
  readBatchesBetween(after: Position, head: Position): AsyncGenerator<readonly EventWithoutMetadata[]> {
    return this.#pages(Infinity, async (last: EventWithoutMetadata | undefined, rows) => {
      const values = [last?.position ?? after, head, rows];
      const found = await this.#query<BareRow>('bare-page-between', PAGE_BETWEEN_WITHOUT_METADATA, values);
      return { events: found.map(bare), more: isCut(found, rows) };
    });
  }

  /** @throws StreamNotFound when the stream has no events; Unavailable when the database does not answer. */
  async *readStream(stream: string, bounds: StreamBounds): AsyncGenerator<RecordedEvent> {
    let none = true;
    for await (const event of this.#streamPages(stream, bounds)) {
      none = false;
      yield event;
    }
    if (!none) return;
    if (!(await this.#exists(stream, bounds))) throw new StreamNotFound(stream);
    // It may have got its first events between the two queries: that it is there without any was never so.
    yield* this.#streamPages(stream, bounds);
  }

  /** Whether a stream in which nothing was found has events outside the bounds; not where they leave none out. */
  async #exists(stream: string, { from, direction, limit }: StreamBounds): Promise<boolean> {
    if (limit > 0 && (direction === 'backwards' || from === 0)) return false;
    return (await this.#query('stream-exists', STREAM_EXISTS, [stream])).length > 0;
  }

  #streamPages(stream: string, { from, direction, limit }: StreamBounds): AsyncGenerator<RecordedEvent> {
    if (direction === 'forwards') {
      return this.#events(limit, (last, rows) =>
        this.#page(
          'page-forwards',
          PAGE_FORWARDS,
          [stream, last === undefined ? from : last.revision + 1],
          rows,
        ),
      );
    }
    const start = Math.min(from, Number.MAX_SAFE_INTEGER);
    return this.#events(limit, (last, rows) =>
      this.#page(
        'page-backwards',
        PAGE_BACKWARDS,
        [stream, last === undefined ? start : last.revision - 1],
        rows,
      ),
    );
  }

  async *#events(limit: number, read: Reading<RecordedEvent>): AsyncGenerator<RecordedEvent> {
    for await (const page of this.#pages(limit, read)) yield* page;
  }

  async *#pages<Event>(limit: number, read: Reading<Event>): AsyncGenerator<readonly Event[]> {
    let last: Event | undefined;
    for (let left = limit; left > 0;) {
      const { events, more } = await read(last, Math.min(left, PAGE_ROWS));
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
    patience = this.patience,
  ): Promise<LogPage> {
    const rows = await this.#query<Row>(name, text, [...values, limit], patience);
    return { events: rows.map(recorded), more: isCut(rows, limit) };
  }

  async #query<R extends object>(
    name: string,
    text: string,
    values: unknown[],
    patience = this.patience,
  ): Promise<R[]> {
    const { rows } = await retryPostgres(() => this.pool.query<R>({ name, text, values }), patience);
    return rows;
  }
}

/** Whether a page may have ended before the log did. */
function isCut(rows: readonly BareRow[], limit: number): boolean {
  return rows.length === limit || rows.reduce((sum, row) => sum + row.bytes, 0) >= PAGE_BYTES;
}

function recorded(row: Row): RecordedEvent {
  return { ...bare(row), metadata: row.metadata };
}

function bare(row: BareRow): EventWithoutMetadata {
  return {
    id: row.event_id,
    type: row.type,
    version: row.version,
    data: row.data,
    stream: row.stream,
    revision: row.revision,
    position: position(row.position),
    storedAt: row.stored_at.toISOString(),
    hash: row.hash,
  };
}
