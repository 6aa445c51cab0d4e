import { CsvError, parse, type InfoRecord, type Parser } from 'csv-parse';

/** The longest record taken, in bytes; the fields of a row together are some 5,000 characters at most. */
export const MAX_RECORD_BYTES = 131_072;

/** One record of a CSV file, or what takes the place of one that cannot be read. */
export type CsvRecord = Readonly<{
  /** The physical line, from 1, at which it begins. */
  line: number;
  /** As they stand in the file. Of a record that cannot be read the first line, as far as was kept of it. */
  bytes: Buffer;
}> &
  (Readonly<{ fields: readonly string[] }> | Readonly<{ broken: string; code: string; column: number }>);

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts bytes into records, in pages of some size. A record that cannot be read costs its first line and no
 * more: reading goes on at the line after it, so that one stray quotation mark does not swallow what follows.
 * Memory is bounded by {@link MAX_RECORD_BYTES} and a chunk, whatever the length of a line.
 *
 * @param chunks none of which parts a CR from its LF.
 */
export async function* csvRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord[]> {
  const reader = new RecordReader();
  for await (const chunk of chunks) yield await reader.read(chunk, false);
  yield await reader.read(Buffer.alloc(0), true);
}

class RecordReader {
  #parser = new RecordParser();
  /** What was read of records that are not complete yet. */
  #window: Buffer = Buffer.alloc(0);
  /** The physical line at which the window begins. */
  #line = 1;
  /** In the rest of a line that is given up. */
  #skipping = false;

  async read(chunk: Buffer, last: boolean): Promise<CsvRecord[]> {
    const found: CsvRecord[] = [];
    let fresh = this.#skipping ? this.#skip(chunk) : chunk;
    for (;;) {
      if (this.#skipping) return found;
      this.#window = this.#window.length === 0 ? fresh : Buffer.concat([this.#window, fresh]);
      const { records, fault } = await this.#parser.parse(fresh, last);
      for (const { fields, length } of records) {
        const bytes = this.#take(length);
        found.push({ line: this.#line - countLines(bytes), bytes, fields });
      }
      if (fault === undefined) return found;
      this.#parser = new RecordParser();
      this.#take(leadingLineEnds(this.#window));
      const end = lineEnd(this.#window);
      found.push({ line: this.#line, bytes: this.#window.subarray(0, end), ...fault });
      const rest = this.#window.subarray(end);
      this.#window = Buffer.alloc(0);
      fresh = this.#skip(rest);
    }
  }

  /** Bytes off the front of the window, but for the line ends before them, which belong to no record. */
  #take(length: number): Buffer {
    const taken = this.#window.subarray(0, length);
    this.#window = this.#window.subarray(length);
    this.#line += countLines(taken);
    return taken.subarray(leadingLineEnds(taken));
  }

  /** What follows the line end, which is still to come where there is none. */
  #skip(bytes: Buffer): Buffer {
    const end = lineEnd(bytes);
    this.#skipping = end === bytes.length;
    if (this.#skipping) return Buffer.alloc(0);
    this.#line += 1;
    return bytes.subarray(bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1);
  }
}

type Parsed = Readonly<{
  records: readonly Readonly<{ fields: readonly string[]; length: number }>[];
  fault?: Readonly<{ broken: string; code: string; column: number }> | undefined;
}>;

/** csv-parse, fed piece by piece. It does not go on after a fault: a new one begins where reading goes on. */
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
      // Taken here: what the stream holds would be lost with the first fault.
      return null;
    },
  });

  constructor() {
    // Every fault is also handed to the call that met it.
    this.#parser.on('error', () => undefined);
  }

  async parse(bytes: Buffer, last: boolean): Promise<Parsed> {
    const fault = await new Promise<Error | null | undefined>((resolve) => {
      // The types leave out that the end's callback gets the error, too.
      if (last) this.#parser.end(bytes, resolve as () => void);
      else this.#parser.write(bytes, resolve);
    });
    const records = this.#records;
    this.#records = [];
    if (!fault) return { records };
    if (!(fault instanceof CsvError)) throw fault;
    return { records, fault: toldFault(fault) };
  }
}

const FAULTS = new Map<string, Readonly<{ code: string; broken: string }>>([
  ['CSV_MAX_RECORD_SIZE', { code: 'line-too-long', broken: `is longer than ${MAX_RECORD_BYTES} bytes` }],
  ['CSV_QUOTE_NOT_CLOSED', { code: 'quote-not-closed', broken: 'has a quotation mark that is never closed' }],
]);
const STRAY_QUOTE = {
  code: 'stray-quote',
  broken: 'has a stray quotation mark; put the cell in quotation marks and double those within it',
};

function toldFault({ code, column }: CsvError): NonNullable<Parsed['fault']> {
  return { ...(FAULTS.get(code) ?? STRAY_QUOTE), column: typeof column === 'number' ? column : 0 };
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

/** Where the first line ends, its line end not included; the length where it does not end. */
function lineEnd(bytes: Buffer): number {
  const ends = [bytes.indexOf(LF), bytes.indexOf(CR)].filter((index) => index >= 0);
  return ends.length === 0 ? bytes.length : Math.min(...ends);
}
