import { stat } from 'node:fs/promises';
import { csvBytes } from './csv-bytes.js';
import { CsvHeader, type Cells } from './csv-header.js';
import { csvRecords, type CsvRecord } from './csv-records.js';
import type { RowFault } from './row-fault.js';
import { UnusableFile } from './unusable-file.js';

/** One row of a table: its cells, or why they cannot be read and what they probably hold. */
export type TableRow<Column extends string> = Readonly<{ line: number }> &
  (
    | Readonly<{ cells: Cells<Column> }>
    | Readonly<{ fault: RowFault; guessCells: (column: Column) => readonly string[] }>
  );

/** A CSV file with a header, read once, in batches of rows. */
export class CsvTable<Column extends string> {
  private constructor(
    readonly path: string,
    /** Bytes of the file; 0 for a pipe. */
    readonly size: number,
    private readonly progress: { bytes: number },
    private readonly header: CsvHeader<Column>,
    /** The rows that were read together with the header. */
    private readonly firstRows: readonly CsvRecord[],
    private readonly records: AsyncGenerator<CsvRecord[]>,
  ) {}

  /** Opens a file and reads its header. @throws UnusableFile as {@link csvBytes} and {@link CsvHeader.read}. */
  static async open<Column extends string>(
    path: string,
    columns: readonly Column[],
  ): Promise<CsvTable<Column>> {
    const progress = { bytes: 0 };
    const records = csvRecords(countBytes(csvBytes(path), progress));
    for (;;) {
      const batch = await records.next();
      if (batch.done === true) throw new UnusableFile(path, 'it is empty');
      const [first, ...rows] = batch.value.filter(isNotBlank);
      if (first === undefined) continue;
      const header = CsvHeader.read(path, first, columns);
      return new CsvTable(path, (await stat(path)).size, progress, header, rows, records);
    }
  }

  /** Columns of the file that are not read. */
  get ignored(): readonly string[] {
    return this.header.ignored;
  }

  /** Bytes read so far. */
  get bytesRead(): number {
    return this.progress.bytes;
  }

  /** The rows in batches, without blank ones. @throws UnusableFile when the file turns out not to be text. */
  async *rows(): AsyncGenerator<TableRow<Column>[]> {
    yield this.firstRows.map((record) => this.row(record));
    for await (const batch of this.records) yield batch.filter(isNotBlank).map((record) => this.row(record));
  }

  /** Closes a file that was not read to its end. */
  async close(): Promise<void> {
    await this.records.return(undefined);
  }

  private row(record: CsvRecord): TableRow<Column> {
    const { line } = record;
    const read = this.header.cellsOf(record);
    if ('cells' in read) return { line, ...read };
    return { line, ...read, guessCells: (column) => this.header.guessCells(column, record) };
  }
}

function isNotBlank(record: CsvRecord): boolean {
  return 'malformed' in record || record.fields.some((field) => field.trim() !== '');
}

async function* countBytes(
  chunks: AsyncIterable<Buffer>,
  progress: { bytes: number },
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    progress.bytes += chunk.length;
    yield chunk;
  }
}
