import { stat } from 'node:fs/promises';
import { csvBytes, UnusableFile } from './csv-bytes.js';
import { CsvHeader, type Cells } from './csv-header.js';
import { csvRecords, type CsvRecord } from './csv-records.js';
import type { ImportFault } from '../import-problem.js';

/** One row of a table: its cells, or what is wrong with it and by which texts it may be known. */
export type TableRow<Column extends string> = Readonly<{ line: number }> &
  (
    | Readonly<{ cells: Cells<Column> }>
    | Readonly<{ fault: ImportFault; guess: (column: Column) => readonly string[] }>
  );

/** A CSV file with a header, read once, in pages of rows. */
export class CsvTable<Column extends string> {
  private constructor(
    readonly file: string,
    /** Bytes of the file; 0 for a pipe. */
    readonly size: number,
    private readonly read: { bytes: number },
    private readonly header: CsvHeader<Column>,
    private readonly begun: readonly CsvRecord[],
    private readonly pages: AsyncGenerator<CsvRecord[]>,
  ) {}

  /** Opens a file and reads its header. @throws UnusableFile as {@link csvBytes} and {@link CsvHeader.read}. */
  static async open<Column extends string>(
    file: string,
    columns: readonly Column[],
  ): Promise<CsvTable<Column>> {
    const read = { bytes: 0 };
    const pages = csvRecords(counted(csvBytes(file), read));
    for (;;) {
      const page = await pages.next();
      if (page.done === true) throw new UnusableFile(file, 'it is empty');
      const [head, ...rows] = page.value.filter(isNotBlank);
      if (head === undefined) continue;
      const header = CsvHeader.read(file, head, columns);
      return new CsvTable(file, (await stat(file)).size, read, header, rows, pages);
    }
  }

  /** Columns of the file that mean nothing here. */
  get ignored(): readonly string[] {
    return this.header.ignored;
  }

  get bytesRead(): number {
    return this.read.bytes;
  }

  /** Blank rows are left out. @throws UnusableFile when the file turns out not to be text. */
  async *rows(): AsyncGenerator<TableRow<Column>[]> {
    yield this.begun.map((record) => this.row(record));
    for await (const page of this.pages) yield page.filter(isNotBlank).map((record) => this.row(record));
  }

  /** Lets go of a file that is not read to its end. */
  async close(): Promise<void> {
    await this.pages.return(undefined);
  }

  private row(record: CsvRecord): TableRow<Column> {
    const { line } = record;
    const read = this.header.cellsOf(record);
    if ('cells' in read) return { line, ...read };
    return { line, ...read, guess: (column) => this.header.guess(column, record) };
  }
}

function isNotBlank(record: CsvRecord): boolean {
  return 'broken' in record || record.fields.some((field) => field.trim() !== '');
}

async function* counted(chunks: AsyncIterable<Buffer>, read: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    read.bytes += chunk.length;
    yield chunk;
  }
}
