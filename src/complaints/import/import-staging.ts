import { Client, type QueryResultRow } from 'pg';
import { integerArray, textArray } from '../../platform/postgres/binary-array.js';
import { translateOutages } from '../../platform/postgres/outage.js';
import type { CaseReference } from '../case-reference.js';
import { MAX_CHECKS, MAX_RECOMMENDATIONS } from '../complaint.decide.js';
import type { CaseRow } from './case-rows.js';
import { IMPORT_FILES, type ImportFile, type ImportProblem } from './import-problem.js';

/** Where a row stands, and what it tells: nothing where it is at fault, which is reported already. */
export type StagedRow = Readonly<{ file: ImportFile; line: number; row: CaseRow | null }>;

/** All rows of one case: by file, each file's in the order of its lines. */
export type StagedCase = Readonly<{
  reference: CaseReference;
  rows: readonly StagedRow[];
  /** The first row beyond {@link MAX_CASE_ROWS}; it and those after it are left out. */
  excess: StagedRow | null;
}>;

/** The rules allow a case no more rows: its decision, its recommendations and all their checks. */
export const MAX_CASE_ROWS = 1 + MAX_RECOMMENDATIONS + MAX_RECOMMENDATIONS * MAX_CHECKS;

const PAGE_ROWS = 2_000;

/** The content of a line at fault is blank. */
const CREATE_TABLES = `
  create temporary table import_row
    (reference text collate "C" not null, file integer not null, line integer not null, content text not null);
  create temporary table import_problem
    (number bigint generated always as identity, file text, line integer, content text not null)`;

/**
 * Brings the rows of three files together, of any size and in any order, in flat memory: they wait in
 * temporary tables of PostgreSQL and come back case by case. All is gone with the connection.
 */
export class ImportStaging {
  private constructor(private readonly client: Client) {}

  /** Takes a connection of its own: no other sees temporary tables. @throws Unavailable, as all methods do. */
  static async open(databaseUrl: string): Promise<ImportStaging> {
    const client = new Client({
      connectionString: databaseUrl,
      application_name: 'upheld import',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    // A connection lost between two queries is told by the next one.
    client.on('error', () => undefined);
    await translateOutages(() => client.connect());
    const staging = new ImportStaging(client);
    try {
      await staging.query(CREATE_TABLES);
      return staging;
    } catch (error) {
      await staging.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  async addRows(rows: readonly (StagedRow & { readonly reference: CaseReference })[]): Promise<void> {
    if (rows.length === 0) return;
    await this.query(
      `insert into import_row (reference, file, line, content)
       select * from unnest($1::text[], $2::integer[], $3::integer[], $4::text[])`,
      [
        textArray(rows.map(({ reference }) => reference)),
        integerArray(rows.map(({ file }) => IMPORT_FILES.indexOf(file))),
        integerArray(rows.map(({ line }) => line)),
        textArray(rows.map(({ row }) => (row === null ? '' : JSON.stringify(row)))),
      ],
    );
  }

  /** Problems wait too: they are told at the end, in the order of the files and their lines. */
  async addProblems(problems: readonly ImportProblem[]): Promise<void> {
    if (problems.length === 0) return;
    await this.query(
      `insert into import_problem (file, line, content)
       select * from unnest($1::text[], $2::integer[], $3::text[])`,
      [
        problems.map(({ file }) => file),
        problems.map(({ line }) => line),
        problems.map((problem) => JSON.stringify(problem)),
      ],
    );
  }

  async countCases(): Promise<number> {
    const [counted] = await this.query<{ cases: string }>(
      'select count(*) as cases from (select distinct reference from import_row) as reference',
    );
    return Number(counted?.cases);
  }

  /** The cases in the order of their references. */
  async *cases(): AsyncGenerator<StagedCase> {
    type Row = { reference: CaseReference; file: number; line: number; content: string };
    const query = 'select reference, file, line, content from import_row order by reference, file, line';
    let reference: CaseReference | undefined;
    let rows: StagedRow[] = [];
    let excess: StagedRow | null = null;
    for await (const page of this.pages<Row>('import_case', query)) {
      for (const next of page) {
        if (next.reference !== reference) {
          if (reference !== undefined) yield { reference, rows, excess };
          ({ reference } = next);
          rows = [];
          excess = null;
        }
        const row = staged(next);
        if (rows.length < MAX_CASE_ROWS) rows.push(row);
        else excess ??= row;
      }
    }
    if (reference !== undefined) yield { reference, rows, excess };
  }

  async *problems(files: readonly string[]): AsyncGenerator<ImportProblem> {
    const order = files.map((file) => this.client.escapeLiteral(file)).join(', ');
    const query = `select content from import_problem
      order by array_position(array[${order}]::text[], file), line, number`;
    for await (const page of this.pages<{ content: string }>('import_problem_in_order', query)) {
      for (const { content } of page) yield JSON.parse(content) as ImportProblem;
    }
  }

  private async query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return translateOutages(async () => (await this.client.query<Row>(text, values)).rows);
  }

  /** Held, so that no transaction stays open while the cases are recorded. */
  private async *pages<Row extends QueryResultRow>(cursor: string, query: string): AsyncGenerator<Row[]> {
    await this.query(`declare ${cursor} no scroll cursor with hold for ${query}`);
    for (;;) {
      const rows = await this.query<Row>(`fetch forward ${PAGE_ROWS} from ${cursor}`);
      if (rows.length === 0) break;
      yield rows;
    }
    await this.query(`close ${cursor}`);
  }
}

function staged({ file, line, content }: { file: number; line: number; content: string }): StagedRow {
  const name = IMPORT_FILES[file];
  if (name === undefined) throw new Error(`there is no import file ${file}`);
  return { file: name, line, row: content === '' ? null : (JSON.parse(content) as CaseRow) };
}
