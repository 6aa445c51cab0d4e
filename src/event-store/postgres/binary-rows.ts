import type { NewRow } from './append-batch.js';

/** The header of binary COPY data (signature, flags, length of the header's extension), and the trailer. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);

const COLUMNS = 10;
/** The number of columns, and the length before each. */
const ROW_OVERHEAD = 2 + COLUMNS * 4;
/** Bytes of position, revision, event_id, version and stored_at. */
const FIXED_COLUMNS = 8 + 4 + 16 + 4 + 8;
/** PostgreSQL counts time from this instant, in microseconds. */
const EPOCH = Date.UTC(2000, 0, 1);

/**
 * Rows of the log as binary COPY data, in the order of the columns of {@link COPY_EVENTS}. In the text format, every
 * quote and line end in an event's JSON would be escaped here and unescaped by the server.
 */
export function binaryRows(rows: readonly NewRow[], storedAt: Date): Buffer {
  const stamp = BigInt(storedAt.getTime() - EPOCH) * 1_000n;
  const writer = new RowWriter(
    rows.reduce((sum, row) => sum + maxBytesOf(row), HEADER.length + TRAILER.length),
  );
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

/** UTF-8 takes at most three bytes for each UTF-16 unit. */
function maxBytesOf({ stream, event: { type, data, metadata }, hash }: NewRow): number {
  const units = stream.length + type.length + data.length + metadata.length + hash.length;
  return ROW_OVERHEAD + FIXED_COLUMNS + units * 3;
}

class RowWriter {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafe(capacity);
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
