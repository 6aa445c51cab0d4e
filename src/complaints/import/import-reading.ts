import { InvalidInput } from '../../platform/errors.js';
import type { FileNames } from './case-assembly.js';
import { importColumns, readRow, referenceIn } from './case-rows.js';
import { UnusableFile } from './csv/csv-bytes.js';
import { CsvTable, type TableRow } from './csv/csv-table.js';
import { IMPORT_FILES, problemAt, type ImportFile, type ImportProblem } from './import-problem.js';
import type { ImportStaging, StagedRow } from './import-staging.js';

type NewRow = Parameters<ImportStaging['addRows']>[0][number];

/** One file of an import, with its header read. */
export type OpenFile = Readonly<{ file: ImportFile; table: CsvTable<string> }>;

/**
 * Opens every file before anything of any is read, so that all unusable ones are told at once.
 * @throws InvalidInput for no file at all; UnusableFile, or InvalidInput naming each of several.
 */
export async function openFiles(names: FileNames): Promise<OpenFile[]> {
  const named = IMPORT_FILES.flatMap((file) =>
    names[file] === undefined ? [] : [{ file, name: names[file] }],
  );
  if (named.length === 0) throw new InvalidInput('name at least one file to import', [], 'no-file');
  const opened = await Promise.allSettled(
    named.map(async ({ file, name }) => ({ file, table: await CsvTable.open(name, importColumns[file]) })),
  );
  const usable = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const reasons = opened.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  if (reasons.length === 0) return usable;
  await closeFiles(usable);
  const unusable = reasons.filter((reason) => reason instanceof UnusableFile);
  if (unusable.length < reasons.length || unusable.length === 1) throw reasons[0];
  throw new InvalidInput(
    unusable.map(({ message }) => message).join('\n'),
    unusable.flatMap(({ faults }) => faults),
    'unusable-file',
  );
}

export async function closeFiles(files: readonly OpenFile[]): Promise<void> {
  await Promise.all(files.map(({ table }) => table.close()));
}

/** A page of a file as it goes into staging. */
export type ReadPage = Readonly<{
  rows: readonly NewRow[];
  problems: readonly ImportProblem[];
  lines: number;
}>;

/** Reads a file in pages. @throws UnusableFile when it turns out not to be text. */
export async function* readPages({ file, table }: OpenFile): AsyncGenerator<ReadPage> {
  for await (const page of table.rows()) {
    const read = page.map((row) => readLine(file, table.file, row));
    yield {
      rows: read.flatMap(({ rows }) => rows),
      problems: read.flatMap(({ problems }) => problems),
      lines: page.length,
    };
  }
}

/** A line at fault is staged without content under every case it may be of: nothing of that case is stored. */
function readLine(file: ImportFile, name: string, row: TableRow<string>): Omit<ReadPage, 'lines'> {
  const { line } = row;
  const source = { file: name, line };
  const blocking = (reference: NewRow['reference']): NewRow => ({ reference, file, line, row: null });
  if ('fault' in row) {
    const guessed = row.guess('reference').map(referenceIn);
    const references = [...new Set(guessed.filter((reference) => reference !== null))];
    return {
      rows: references.map(blocking),
      problems: [problemAt(source, references[0] ?? null, row.fault)],
    };
  }
  const reading = readRow(file, row.cells);
  if ('row' in reading) return { rows: [{ ...reading, file, line } satisfies StagedRow], problems: [] };
  const { reference, faults } = reading;
  return {
    rows: reference === null ? [] : [blocking(reference)],
    problems: faults.map((fault) => problemAt(source, reference, fault)),
  };
}
