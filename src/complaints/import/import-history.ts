import { assembleCase, type FileNames } from './case-assembly.js';
import type { CaseHistory } from './case-history.js';
import { loadCases, type LoadCounts, type LoadOptions } from './case-loader.js';
import type { ImportProblem } from './import-problem.js';
import { closeFiles, openFiles, readPages, type OpenFile, type ReadPage } from './import-reading.js';
import { ImportStaging } from './import-staging.js';

/** What to import, where to, and whom to tell. */
export type ImportRequest = Omit<LoadOptions, 'onProblems' | 'onPage' | 'correlationId'> &
  Readonly<{
    /** Paths of the files, at least one. Recommendations and compliance may come alone for stored cases. */
    files: FileNames;
    /** The PostgreSQL in whose temporary tables the files are brought together. */
    databaseUrl: string;
    onProgress?: ((progress: ImportProgress) => void) | undefined;
    /** Every problem, by file and line, once all is done; waited for. */
    onProblem?: ((problem: ImportProblem) => Promise<void> | void) | undefined;
  }>;

/** How far an import is: it reads each file (bytes; total 0 where unknown), then records the cases. */
export type ImportProgress =
  | Readonly<{ phase: 'reading'; file: string; done: number; total: number }>
  | Readonly<{ phase: 'recording'; done: number; total: number }>;

/** What an import did; in a dry run, what it would have done. */
export type ImportSummary = LoadCounts &
  Readonly<{
    dryRun: boolean;
    /** Stopped by its signal before all cases were come to; running it again completes it. */
    aborted: boolean;
    files: readonly ImportedFile[];
    problems: number;
  }>;

/** A file as it was read. */
export type ImportedFile = Readonly<{
  file: string;
  /** Bad rows included, blank ones not. */
  rows: number;
  /** Columns that mean nothing here. */
  ignoredColumns: readonly string[];
}>;

/** Exit code of an import: 4 where bad lines were left out or it was stopped, else 0 (design 4). */
export function importExitCode({ problems, aborted }: ImportSummary): 0 | 4 {
  return problems > 0 || aborted ? 4 : 0;
}

/**
 * Imports bulk history: reads all files into staging, then records case by case through the domain. A bad line
 * keeps its whole case out, and nothing else.
 *
 * @throws InvalidInput (UnusableFile) for a file that cannot be taken at all, before anything is stored;
 *   Unavailable when a database does not answer; as {@link loadCases} otherwise.
 */
export async function importHistory(request: ImportRequest): Promise<ImportSummary> {
  const files = await openFiles(request.files);
  try {
    const staging = await ImportStaging.open(request.databaseUrl);
    try {
      return await new HistoryImport(request, staging).run(files);
    } finally {
      await staging.close();
    }
  } finally {
    await closeFiles(files);
  }
}

const PROBLEM_PAGE = 500;

class HistoryImport {
  #problems = 0;
  readonly #unstaged: ImportProblem[] = [];
  /** Whether all of the files was read. */
  #readAll = true;

  constructor(
    private readonly request: ImportRequest,
    private readonly staging: ImportStaging,
  ) {}

  async run(files: readonly OpenFile[]): Promise<ImportSummary> {
    const { signal, dryRun = false, onProblem } = this.request;
    const imported: ImportedFile[] = [];
    for (const file of files) imported.push(await this.#read(file));
    const total = await this.staging.countCases();
    const counts = await this.#record(total);
    await this.#flush();
    if (onProblem !== undefined) {
      for await (const problem of this.staging.problems(imported.map(({ file }) => file))) {
        await onProblem(problem);
      }
    }
    const aborted = signal?.aborted === true && (!this.#readAll || seen(counts) < total);
    return { ...counts, dryRun, aborted, files: imported, problems: this.#problems };
  }

  async #read(open: OpenFile): Promise<ImportedFile> {
    const { file, size, ignored } = open.table;
    let rows = 0;
    // One page is read while the one before it goes into staging.
    let staging = Promise.resolve();
    try {
      for await (const page of readPages(open)) {
        await staging;
        this.#readAll = this.request.signal?.aborted !== true;
        if (!this.#readAll) break;
        rows += page.lines;
        staging = this.#stage(page);
        staging.catch(() => undefined);
        this.request.onProgress?.({ phase: 'reading', file, done: open.table.bytesRead, total: size });
      }
    } finally {
      await staging;
    }
    return { file, rows, ignoredColumns: ignored };
  }

  async #stage({ rows, problems }: ReadPage): Promise<void> {
    await this.staging.addRows(rows);
    await this.#add(problems);
  }

  async #record(total: number): Promise<LoadCounts> {
    const tell = (done: number) => this.request.onProgress?.({ phase: 'recording', done, total });
    tell(0);
    return loadCases(this.#caseFiles(), {
      ...this.request,
      onProblems: (problems) => this.#add(problems),
      onPage: (counts) => {
        tell(seen(counts));
      },
    });
  }

  async *#caseFiles(): AsyncGenerator<CaseHistory> {
    for await (const staged of this.staging.cases()) {
      const { caseFile, problems } = assembleCase(staged, this.request.files);
      await this.#add(problems);
      yield caseFile;
    }
  }

  /** They go into staging a page at a time: a bad file may have one in every line. */
  async #add(problems: readonly ImportProblem[]): Promise<void> {
    this.#problems += problems.length;
    for (const problem of problems) this.#unstaged.push(problem);
    if (this.#unstaged.length >= PROBLEM_PAGE) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.staging.addProblems(this.#unstaged.splice(0));
  }
}

function seen({ cases }: LoadCounts): number {
  return cases.added + cases.extended + cases.unchanged + cases.refused;
}
