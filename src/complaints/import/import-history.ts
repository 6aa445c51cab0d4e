import { authorise, type Policy } from '../../identity/policy.js';
import { assembleCase } from './case-assembly.js';
import type { CaseHistory } from './case-history.js';
import { loadCases, type LoadOptions } from './case-loader.js';
import type { ImportPaths } from './import-file.js';
import type { ImportProblem } from './import-problem.js';
import type { ImportProgress } from './import-progress.js';
import { closeTables, openTables, rowBatches, type ImportTable, type RowBatch } from './import-reading.js';
import { ImportStaging } from './import-staging.js';
import { casesSeen, type LoadCounts } from './load-counts.js';

/** What to import, where to, and whom to report to. */
export type ImportRequest = Omit<LoadOptions, 'onProblems' | 'onBatch' | 'correlationId'> &
  Readonly<{
    /** Paths of the files, at least one. Recommendations and compliance may come alone for stored cases. */
    files: ImportPaths;
    /** The PostgreSQL in whose temporary tables the rows are sorted by case. */
    databaseUrl: string;
    /** Allows the run, or refuses it; the application's own policy when left out. */
    policy?: Policy | undefined;
    onProgress?: ((progress: ImportProgress) => void) | undefined;
    /** Receives every problem, by file and line, after all cases are recorded. It is awaited. */
    onProblem?: ((problem: ImportProblem) => Promise<void> | void) | undefined;
  }>;

/** What an import did; in a dry run, what it would have done. */
export type ImportSummary = LoadCounts &
  Readonly<{
    dryRun: boolean;
    /** Stopped by its signal before all cases were recorded; importing the same files again completes it. */
    aborted: boolean;
    files: readonly ImportedFile[];
    problems: number;
  }>;

/** One imported file. */
export type ImportedFile = Readonly<{
  /** Its path, as given. */
  file: string;
  /** Bad rows included, blank ones not. */
  rows: number;
  /** Columns that the import does not read. */
  ignoredColumns: readonly string[];
}>;

/** Exit code of an import: 4 when problems were found or it was stopped, else 0 (design 4). */
export function importExitCode({ problems, aborted }: ImportSummary): 0 | 4 {
  return problems > 0 || aborted ? 4 : 0;
}

/**
 * Imports bulk history: reads all files into staging, then records case by case through the domain. After a bad
 * row nothing of its case is stored; all other cases are.
 *
 * @throws InvalidInput (UnusableFile) for a file that cannot be imported at all, before anything is stored;
 *   Unavailable when a database does not answer; what the policy throws; otherwise as {@link loadCases}.
 */
export async function importHistory(request: ImportRequest): Promise<ImportSummary> {
  // Once for the whole run, not for each case: a file is read before it is known which bodies it names, and a run
  // refused halfway would have stored half of its cases.
  const { actor, policy = authorise } = request;
  policy(actor, { type: 'ImportCases', authorities: 'all' });
  const tables = await openTables(request.files);
  try {
    const staging = await ImportStaging.open(request.databaseUrl);
    try {
      return await new HistoryImport(request, staging).import(tables);
    } finally {
      await staging.close();
    }
  } finally {
    await closeTables(tables);
  }
}

/** Problems written into staging at a time: a bad file may have one in every row. */
const PROBLEM_BATCH = 500;

class HistoryImport {
  #problems = 0;
  readonly #unstagedProblems: ImportProblem[] = [];
  #allFilesRead = true;

  constructor(
    private readonly request: ImportRequest,
    private readonly staging: ImportStaging,
  ) {}

  async import(tables: readonly ImportTable[]): Promise<ImportSummary> {
    const { signal, dryRun = false, onProblem } = this.request;
    const files: ImportedFile[] = [];
    for (const table of tables) files.push(await this.#read(table));
    const total = await this.staging.countCases();
    const counts = await this.#record(total);
    await this.#flushProblems();
    if (onProblem !== undefined) {
      for await (const problem of this.staging.problems(files.map(({ file }) => file))) {
        await onProblem(problem);
      }
    }
    const aborted = signal?.aborted === true && (!this.#allFilesRead || casesSeen(counts) < total);
    return { ...counts, dryRun, aborted, files, problems: this.#problems };
  }

  async #read(importTable: ImportTable): Promise<ImportedFile> {
    const { path, size, ignored } = importTable.table;
    let rows = 0;
    // One batch is read while the batch before it is written into staging.
    let staged = Promise.resolve();
    try {
      for await (const batch of rowBatches(importTable)) {
        await staged;
        this.#allFilesRead = this.request.signal?.aborted !== true;
        if (!this.#allFilesRead) break;
        rows += batch.count;
        staged = this.#stage(batch);
        staged.catch(() => undefined);
        const done = importTable.table.bytesRead;
        this.request.onProgress?.({ phase: 'reading', path, done, total: size });
      }
    } finally {
      await staged;
    }
    return { file: path, rows, ignoredColumns: ignored };
  }

  async #stage({ rows, problems }: RowBatch): Promise<void> {
    await this.staging.addRows(rows);
    await this.#addProblems(problems);
  }

  async #record(total: number): Promise<LoadCounts> {
    const report = (done: number) => this.request.onProgress?.({ phase: 'recording', done, total });
    report(0);
    return loadCases(this.#histories(), {
      ...this.request,
      onProblems: (problems) => this.#addProblems(problems),
      onBatch: (counts) => {
        report(casesSeen(counts));
      },
    });
  }

  async *#histories(): AsyncGenerator<CaseHistory> {
    for await (const staged of this.staging.cases()) {
      const { history, problems } = assembleCase(staged, this.request.files);
      await this.#addProblems(problems);
      yield history;
    }
  }

  async #addProblems(problems: readonly ImportProblem[]): Promise<void> {
    this.#problems += problems.length;
    for (const problem of problems) this.#unstagedProblems.push(problem);
    if (this.#unstagedProblems.length >= PROBLEM_BATCH) await this.#flushProblems();
  }

  async #flushProblems(): Promise<void> {
    await this.staging.addProblems(this.#unstagedProblems.splice(0));
  }
}
