import { isUtf8 } from 'node:buffer';
import { UnusableFile } from './csv-bytes.js';
import type { CsvRecord } from './csv-records.js';
import type { ImportFault } from '../import-problem.js';

/** The cells of one row, trimmed; undefined where blank. */
export type Cells<Column extends string> = Readonly<Record<Column, string | undefined>>;

/** What the first row of a file says of the others. */
export class CsvHeader<Column extends string> {
  private constructor(
    /** The columns as the file has them, as printable text. */
    private readonly names: readonly string[],
    /** Where each wanted column stands. */
    private readonly places: ReadonlyMap<Column, number>,
  ) {}

  /**
   * Reads a header. Names are compared without regard to case, and a space or a dash is as good as the
   * underscore.
   * @throws UnusableFile when it cannot be read, or has a wanted column not at all or twice.
   */
  static read<Column extends string>(
    file: string,
    record: CsvRecord,
    columns: readonly Column[],
  ): CsvHeader<Column> {
    if ('broken' in record) throw new UnusableFile(file, `the header ${record.broken}`);
    if (!isUtf8(record.bytes)) throw new UnusableFile(file, `the header ${NOT_UTF8}`);
    const names = record.fields.map((field) => field.trim().toLowerCase().replaceAll(/[ -]+/g, '_'));
    const missing = columns.filter((column) => !names.includes(column));
    const twice = columns.filter((column) => names.indexOf(column) !== names.lastIndexOf(column));
    const printed = record.fields.map(printable);
    if (missing.length > 0) {
      throw new UnusableFile(
        file,
        `it has no column ${missing.join(', ')}; its header is: ${printed.slice(0, 20).join(', ')}`,
      );
    }
    if (twice.length > 0) throw new UnusableFile(file, `it has column ${twice.join(', ')} twice`);
    return new CsvHeader(printed, new Map(columns.map((column) => [column, names.indexOf(column)])));
  }

  /** Columns of the file that mean nothing here. */
  get ignored(): readonly string[] {
    const wanted = new Set(this.places.values());
    return this.names.filter((name, index) => name !== '' && !wanted.has(index));
  }

  /** The cells of a record, or why it has none. */
  cellsOf(record: CsvRecord): { cells: Cells<Column> } | { fault: ImportFault } {
    if ('broken' in record) {
      return { fault: { column: this.nameAt(record.column), code: record.code, message: record.broken } };
    }
    const { fields, bytes } = record;
    if (!isUtf8(bytes)) {
      const column = this.nameAt(fields.findIndex((field) => field.includes('\ufffd')));
      return { fault: { column, code: 'not-utf-8', message: NOT_UTF8 } };
    }
    if (fields.length !== this.names.length) {
      const message = `has ${fields.length} cells where the header has ${this.names.length}`;
      return { fault: { column: null, code: 'wrong-number-of-cells', message } };
    }
    const cells = Array.from(this.places, ([column, place]) => [column, fields[place]?.trim() || undefined]);
    return { cells: Object.fromEntries(cells) as Cells<Column> };
  }

  /**
   * What stands in a column's place in each line of a record that is at fault, as well as can be told: enough
   * to know by which case it may be meant.
   */
  guess(column: Column, { bytes }: CsvRecord): string[] {
    const place = this.places.get(column) ?? 0;
    const lines = bytes.toString('utf8').split(/[\r\n]+/);
    const found = lines.map((line) => line.split(',', place + 1)[place] ?? '');
    return found.map((text) => text.replaceAll('"', '').trim());
  }

  private nameAt(index: number): string | null {
    return this.names[index] ?? null;
  }
}

const NOT_UTF8 = 'is not UTF-8 text; save the file as CSV (UTF-8)';
const LONGEST_NAME = 40;

/** Headers are told on terminals: no control characters, and not without end. */
function printable(name: string): string {
  return name
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME);
}
