import type { EventWithoutMetadata, EventMetadata, JsonObject, RecordedEvent } from '../event-store.js';
import { position } from '../position.js';
import { PAGE_BYTES } from './event-log.sql.js';

/** A row of a page without its metadata. */
export type RowWithoutMetadata = Readonly<{
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

/** A row of a page. */
export type EventRow = RowWithoutMetadata & Readonly<{ metadata: EventMetadata }>;

/** Whether rows that were limited to `limit` may have been cut off before the last event. */
export function isFullPage(rows: readonly RowWithoutMetadata[], limit: number): boolean {
  return rows.length === limit || rows.reduce((sum, row) => sum + row.bytes, 0) >= PAGE_BYTES;
}

/** The event of a row. */
export function toRecordedEvent(row: EventRow): RecordedEvent {
  return { ...toEventWithoutMetadata(row), metadata: row.metadata };
}

/** The event of a row that was read without metadata. */
export function toEventWithoutMetadata(row: RowWithoutMetadata): EventWithoutMetadata {
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
