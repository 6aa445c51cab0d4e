import { InvalidInput } from '../../platform/errors.js';
import type { CaseReference } from '../case-reference.js';
import { importColumns, parseRow, referenceIn } from './case-rows.js';
import { CsvTable, type TableRow } from './csv/csv-table.js';
import { UnusableFile } from './csv/unusable-file.js';
import { IMPORT_FILE_KINDS, type ImportFileKind, type ImportPaths } from './import-file.js';
import { problemAt, type ImportProblem } from './import-problem.js';
import type { StagedRow } from './import-staging.js';

/** One of the files of an import, its header read. */
export type ImportTable = Readonly<{ kind: ImportFileKind; table: CsvTable<string> }>;

/**
 * Opens every file before reading rows of any, so that all unusable files are reported at once.
 * @throws InvalidInput when no file is given; UnusableFile, or InvalidInput that names each of several.
 */
export async function openTables(paths: ImportPaths): Promise<ImportTable[]> {
  const given = IMPORT_FILE_KINDS.flatMap((kind) => {
    const path = paths[kind];
    return path === undefined ? [] : [{ kind, path }];
  });
  if (given.length === 0) throw new InvalidInput('name at least one file to import', [], 'no-file');
  const results = await Promise.allSettled(
    given.map(async ({ kind, path }) => ({ kind, table: await CsvTable.open(path, importColumns[kind]) })),
  );
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const errors = results.flatMap((result): unknown[] =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  if (errors.length === 0) return opened;
  await closeTables(opened);
  const unusable = errors.filter((error) => error instanceof UnusableFile);
  if (unusable.length < errors.length || unusable.length === 1) throw errors[0];
  throw new InvalidInput(
    unusable.map(({ message }) => message).join('\n'),
    unusable.flatMap(({ faults }) => faults),
    'unusable-file',
  );
}

/** Closes all files. */
export async function closeTables(tables: readonly ImportTable[]): Promise<void> {
  await Promise.all(tables.map(({ table }) => table.close()));
}

/** A row that goes into staging, under its case. */
export type RowToStage = StagedRow & { readonly reference: CaseReference };

/** A batch of rows of one file. */
export type RowBatch = Readonly<{
  rows: readonly RowToStage[];
  problems: readonly ImportProblem[];
  /** Rows read, bad ones included. */
  count: number;
}>;

/** Reads a file in batches. @throws UnusableFile when it turns out not to be text. */
export async function* rowBatches({ kind, table }: ImportTable): AsyncGenerator<RowBatch> {
  for await (const batch of table.rows()) {
    const results = batch.map((row) => readRow(kind, table.path, row));
    yield {
      rows: results.flatMap(({ rows }) => rows),
      problems: results.flatMap(({ problems }) => problems),
      count: batch.length,
    };
  }
}

/** A bad row is staged without content under every case it may belong to: nothing of those cases is stored. */
function readRow(kind: ImportFileKind, path: string, row: TableRow<string>): Omit<RowBatch, 'count'> {
  const { line } = row;
  const location = { path, line };
  const badRow = (reference: CaseReference): RowToStage => ({ reference, kind, line, row: null });
  if ('fault' in row) {
    const guesses = row.guessCells('reference').map(referenceIn);
    const references = [...new Set(guesses.filter((reference) => reference !== null))];
    return {
      rows: references.map(badRow),
      problems: [problemAt(location, references[0] ?? null, row.fault)],
    };
  }
  const parsed = parseRow(kind, row.cells);
  if ('row' in parsed) return { rows: [{ ...parsed, kind, line }], problems: [] };
  const { reference, faults } = parsed;
  return {
    rows: reference === null ? [] : [badRow(reference)],
    problems: faults.map((fault) => problemAt(location, reference, fault)),
  };
}
