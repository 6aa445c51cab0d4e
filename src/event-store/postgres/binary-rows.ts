import type { NewRow } from './append-batch.js';

/** Of a binary COPY: signature, flags and the length of the header's extension; and what ends it. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);

const COLUMNS = 10;
/** The count of columns, and before each its length. */
const ROW_OVERHEAD = 2 + COLUMNS * 4;
/** position, revision, event_id, version, stored_at. */
const FIXED = 8 + 4 + 16 + 4 + 8;
/** PostgreSQL counts time from here, in microseconds. */
const EPOCH = Date.UTC(2000, 0, 1);

/**
 * Rows of the log as binary COPY has them, in the order of the columns of {@link COPY_EVENTS}. As text, every
 * quote and line of an event's JSON would be escaped here and unescaped there.
 */
export function binaryRows(rows: readonly NewRow[], storedAt: Date): Buffer {
  const stamp = BigInt(storedAt.getTime() - EPOCH) * 1_000n;
  const writer = new RowWriter(rows.reduce((sum, row) => sum + roomFor(row), HEADER.length + TRAILER.length));
  writer.raw(HEADER);
  for (const { position, stream, revision, event, hash } of rows) {
    writer.columns(COLUMNS);
    writer.bigint(position);
    writer.text(stream);
    writer.integer(revision);
    writer.uuid(event.id);
    writer.text(event.type);
    writer.integer(event.version);
    writer.text(event.data);
    writer.text(event.metadata);
    writer.text(hash);
    writer.bigint(stamp);
  }
  writer.raw(TRAILER);
  return writer.written;
}

/** At most: UTF-8 takes up to three bytes for each UTF-16 unit. */
function roomFor({ stream, event: { type, data, metadata }, hash }: NewRow): number {
  const units = stream.length + type.length + data.length + metadata.length + hash.length;
  return ROW_OVERHEAD + FIXED + units * 3;
}

class RowWriter {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(room: number) {
    this.#buffer = Buffer.allocUnsafe(room);
  }

  get written(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  raw(bytes: Buffer): void {
    this.#at += bytes.copy(this.#buffer, this.#at);
  }

  columns(count: number): void {
    this.#at = this.#buffer.writeInt16BE(count, this.#at);
  }

  integer(value: number): void {
    this.#at = this.#buffer.writeInt32BE(4, this.#at);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  bigint(value: bigint): void {
    this.#at = this.#buffer.writeInt32BE(8, this.#at);
    this.#at = this.#buffer.writeBigInt64BE(value, this.#at);
  }

  uuid(value: string): void {
    this.#at = this.#buffer.writeInt32BE(16, this.#at);
    this.#at += this.#buffer.write(value.replaceAll('-', ''), this.#at, 'hex');
  }

  text(value: string): void {
    const length = this.#buffer.write(value, this.#at + 4);
    this.#buffer.writeInt32BE(length, this.#at);
    this.#at += 4 + length;
  }
}
