import { isUtf8 } from 'node:buffer';
import type { CsvRecord } from './csv-records.js';
import type { RowFault } from './row-fault.js';
import { UnusableFile } from './unusable-file.js';

/** The cells of one row, trimmed; undefined where blank. */
export type Cells<Column extends string> = Readonly<Record<Column, string | undefined>>;

/** The first row of a file, which says where the columns are. */
export class CsvHeader<Column extends string> {
  private constructor(
    /** The columns as the file names them, as printable text. */
    private readonly names: readonly string[],
    /** The index of each wanted column. */
    private readonly indexes: ReadonlyMap<Column, number>,
  ) {}

  /**
   * Reads a header. The case of names is ignored; spaces and dashes are read as underscores.
   * @throws UnusableFile when the header is malformed, or a wanted column is missing or there twice.
   */
  static read<Column extends string>(
    path: string,
    record: CsvRecord,
    columns: readonly Column[],
  ): CsvHeader<Column> {
    if ('malformed' in record) throw new UnusableFile(path, `the header ${record.malformed.message}`);
    if (!isUtf8(record.bytes)) throw new UnusableFile(path, `the header ${NOT_UTF8}`);
    const names = record.fields.map((field) => field.trim().toLowerCase().replaceAll(/[ -]+/g, '_'));
    const missing = columns.filter((column) => !names.includes(column));
    const repeated = columns.filter((column) => names.indexOf(column) !== names.lastIndexOf(column));
    const printed = record.fields.map(printable);
    if (missing.length > 0) {
      throw new UnusableFile(
        path,
        `it has no column ${missing.join(', ')}; its header is: ${printed.slice(0, 20).join(', ')}`,
      );
    }
    if (repeated.length > 0) throw new UnusableFile(path, `it has column ${repeated.join(', ')} twice`);
    return new CsvHeader(printed, new Map(columns.map((column) => [column, names.indexOf(column)])));
  }

  /** Columns of the file that are not read. */
  get ignored(): readonly string[] {
    const wanted = new Set(this.indexes.values());
    return this.names.filter((name, index) => name !== '' && !wanted.has(index));
  }

  /** The cells of a record, or why they cannot be read. */
  cellsOf(record: CsvRecord): { cells: Cells<Column> } | { fault: RowFault } {
    if ('malformed' in record) {
      const { cell, code, message } = record.malformed;
      return { fault: { column: this.nameAt(cell), code, message } };
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
    const cells = Array.from(this.indexes, ([column, index]) => [column, fields[index]?.trim() || undefined]);
    return { cells: Object.fromEntries(cells) as Cells<Column> };
  }

  /**
   * What a record that cannot be read probably holds in a column: one text for each line of the record, so that
   * the reader may still recognise what it is about.
   */
  guessCells(column: Column, { bytes }: CsvRecord): string[] {
    const index = this.indexes.get(column) ?? 0;
    const lines = bytes.toString('utf8').split(/[\r\n]+/);
    const cells = lines.map((line) => line.split(',', index + 1)[index] ?? '');
    return cells.map((cell) => cell.replaceAll('"', '').trim());
  }

  private nameAt(index: number): string | null {
    return this.names[index] ?? null;
  }
}

const NOT_UTF8 = 'is not UTF-8 text; save the file as CSV (UTF-8)';
const MAX_PRINTED_NAME = 40;

/** Headers are printed on terminals: control characters are removed, long names cut. */
function printable(name: string): string {
  return name
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_PRINTED_NAME);
}
