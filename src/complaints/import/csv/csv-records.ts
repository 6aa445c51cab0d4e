import { CsvError, parse, type InfoRecord, type Parser } from 'csv-parse';

/** The longest record that is read, in bytes; the cells of a row together have some 5,000 characters at most. */
export const MAX_RECORD_BYTES = 131_072;

/** One record of a CSV file. */
export type CsvRecord = ReadableRecord | MalformedRecord;

export type ReadableRecord = Readonly<{
  /** The physical line at which the record begins, from 1. */
  line: number;
  /** The record as it is in the file. */
  bytes: Buffer;
  fields: readonly string[];
}>;

/** A record that breaks the rules of CSV. */
export type MalformedRecord = Readonly<{
  line: number;
  /** The first line of the record, as far as it was kept. */
  bytes: Buffer;
  malformed: RecordFault;
}>;

/** Why a record cannot be read, and in which cell, from 0. */
type RecordFault = Readonly<{ code: string; message: string; cell: number }>;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts bytes into records, in batches. Of a malformed record only the first line is lost: reading continues at
 * the next line, so that one stray quotation mark does not swallow the rows below it. Memory is bounded by
 * {@link MAX_RECORD_BYTES} and one chunk, however long a line is.
 *
 * @param chunks none of which ends between a CR and its LF.
 */
export async function* csvRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord[]> {
  const reader = new RecordReader();
  for await (const chunk of chunks) yield await reader.read(chunk, false);
  yield await reader.read(Buffer.alloc(0), true);
}

class RecordReader {
  #parser = new RecordParser();
  /** The bytes read of records that are not complete yet. */
  #window: Buffer = Buffer.alloc(0);
  /** The physical line at which the window begins. */
  #line = 1;
  /** Whether the rest of a malformed record's line is being skipped. */
  #skipping = false;

  async read(chunk: Buffer, last: boolean): Promise<CsvRecord[]> {
    const found: CsvRecord[] = [];
    let unparsed = this.#skipping ? this.#skipLine(chunk) : chunk;
    for (;;) {
      if (this.#skipping) return found;
      this.#window = this.#window.length === 0 ? unparsed : Buffer.concat([this.#window, unparsed]);
      const { records, malformed } = await this.#parser.parse(unparsed, last);
      for (const { fields, length } of records) {
        const bytes = this.#consume(length);
        found.push({ line: this.#line - countLines(bytes), bytes, fields });
      }
      if (malformed === undefined) return found;
      this.#parser = new RecordParser();
      this.#consume(leadingLineEnds(this.#window));
      const end = endOfFirstLine(this.#window);
      found.push({ line: this.#line, bytes: this.#window.subarray(0, end), malformed });
      const rest = this.#window.subarray(end);
      this.#window = Buffer.alloc(0);
      unparsed = this.#skipLine(rest);
    }
  }

  /** Removes bytes from the front of the window; answers them without the line ends that precede the record. */
  #consume(length: number): Buffer {
    const consumed = this.#window.subarray(0, length);
    this.#window = this.#window.subarray(length);
    this.#line += countLines(consumed);
    return consumed.subarray(leadingLineEnds(consumed));
  }

  /** The bytes after the first line end. Where there is none, skipping continues with the next chunk. */
  #skipLine(bytes: Buffer): Buffer {
    const end = endOfFirstLine(bytes);
    this.#skipping = end === bytes.length;
    if (this.#skipping) return Buffer.alloc(0);
    this.#line += 1;
    return bytes.subarray(bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1);
  }
}

type ParsedChunk = Readonly<{
  records: readonly Readonly<{ fields: readonly string[]; length: number }>[];
  malformed?: RecordFault | undefined;
}>;

/** csv-parse, fed chunk by chunk. It cannot continue after an error: each error needs a new parser. */
class RecordParser {
  #records: { fields: readonly string[]; length: number }[] = [];
  #end = 0;
  readonly #parser: Parser = parse({
    columns: false,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: MAX_RECORD_BYTES,
    on_record: (fields: string[], { bytes }: InfoRecord) => {
      this.#records.push({ fields, length: bytes - this.#end });
      this.#end = bytes;
      // Records are collected here: the first error would lose those that wait in the stream.
      return null;
    },
  });

  constructor() {
    // Every error is also passed to the callback of the write that met it.
    this.#parser.on('error', () => undefined);
  }

  async parse(bytes: Buffer, last: boolean): Promise<ParsedChunk> {
    const error = await new Promise<Error | null | undefined>((resolve) => {
      // The declared types omit that the callback of `end` gets the error, too.
      if (last) this.#parser.end(bytes, resolve as () => void);
      else this.#parser.write(bytes, resolve);
    });
    const records = this.#records;
    this.#records = [];
    if (!error) return { records };
    if (!(error instanceof CsvError)) throw error;
    return { records, malformed: recordFault(error) };
  }
}

const FAULTS = new Map<string, Omit<RecordFault, 'cell'>>([
  ['CSV_MAX_RECORD_SIZE', { code: 'line-too-long', message: `is longer than ${MAX_RECORD_BYTES} bytes` }],
  [
    'CSV_QUOTE_NOT_CLOSED',
    { code: 'quote-not-closed', message: 'has a quotation mark that is never closed' },
  ],
]);
const STRAY_QUOTE: Omit<RecordFault, 'cell'> = {
  code: 'stray-quote',
  message: 'has a stray quotation mark; put the cell in quotation marks and double those within it',
};

function recordFault({ code, column }: CsvError): RecordFault {
  return { ...(FAULTS.get(code) ?? STRAY_QUOTE), cell: typeof column === 'number' ? column : 0 };
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === LF || (byte === CR && bytes[index + 1] !== LF)) count += 1;
  }
  return count;
}

function leadingLineEnds(bytes: Buffer): number {
  let index = 0;
  while (bytes[index] === LF || bytes[index] === CR) index += 1;
  return index;
}

/** Where the first line ends, without its line end; the length of the bytes when they hold no line end. */
function endOfFirstLine(bytes: Buffer): number {
  const ends = [bytes.indexOf(LF), bytes.indexOf(CR)].filter((index) => index >= 0);
  return ends.length === 0 ? bytes.length : Math.min(...ends);
}
