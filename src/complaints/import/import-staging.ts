import { Client, type QueryResultRow } from 'pg';
import { integerArray, textArray } from '../../platform/postgres/binary-array.js';
import { connectionOptions } from '../../platform/postgres/connection-options.js';
import { translateOutages } from '../../platform/postgres/outage.js';
import type { CaseReference } from '../case-reference.js';
import { MAX_CHECKS } from '../compliance-check/compliance-check.decide.js';
import { MAX_RECOMMENDATIONS } from '../recommendation/recommendation.decide.js';
import type { CaseRow } from './case-rows.js';
import { IMPORT_FILE_KINDS, type ImportFileKind } from './import-file.js';
import type { ImportProblem } from './import-problem.js';

/** A row and its line; the row is null when it is bad, which is reported already. */
export type StagedRow = Readonly<{ kind: ImportFileKind; line: number; row: CaseRow | null }>;

/** All rows of one case, by file and line. */
export type StagedCase = Readonly<{
  reference: CaseReference;
  rows: readonly StagedRow[];
  /** The first row that exceeds {@link MAX_CASE_ROWS}. `rows` ends before it. */
  excess: StagedRow | null;
}>;

/** The most rows the rules allow a case: its decision, its recommendations and all their checks. */
export const MAX_CASE_ROWS = 1 + MAX_RECOMMENDATIONS + MAX_RECOMMENDATIONS * MAX_CHECKS;

/** Rows fetched at a time. */
const FETCH_ROWS = 2_000;

/** The content of a bad row is the empty text. */
const CREATE_TABLES = `
  create temporary table import_row
    (reference text collate "C" not null, kind integer not null, line integer not null, content text not null);
  create temporary table import_problem
    (number bigint generated always as identity, file text, line integer, content text not null)`;

/**
 * Sorts the rows of the files by case. Memory stays flat for files of any size and order, because the rows are kept in
 * temporary tables of PostgreSQL, which end with the connection.
 */
export class ImportStaging {
  private constructor(private readonly client: Client) {}

  /** Opens a separate connection, because no other connection sees its temporary tables. @throws Unavailable, as all methods do. */
  static async open(databaseUrl: string): Promise<ImportStaging> {
    const client = new Client(connectionOptions({ url: databaseUrl, applicationName: 'upheld import' }));
    // When the connection is lost between two queries, the next query fails.
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
      `insert into import_row (reference, kind, line, content)
       select * from unnest($1::text[], $2::integer[], $3::integer[], $4::text[])`,
      [
        textArray(rows.map(({ reference }) => reference)),
        integerArray(rows.map(({ kind }) => IMPORT_FILE_KINDS.indexOf(kind))),
        integerArray(rows.map(({ line }) => line)),
        textArray(rows.map(({ row }) => (row === null ? '' : JSON.stringify(row)))),
      ],
    );
  }

  /** Problems are kept as well, to be reported at the end by file and line. */
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
    type Row = StoredRow & { reference: CaseReference };
    const query = 'select reference, kind, line, content from import_row order by reference, kind, line';
    let reference: CaseReference | undefined;
    let rows: StagedRow[] = [];
    let excess: StagedRow | null = null;
    for await (const fetched of this.fetch<Row>('import_case', query)) {
      for (const next of fetched) {
        if (next.reference !== reference) {
          if (reference !== undefined) yield { reference, rows, excess };
          ({ reference } = next);
          rows = [];
          excess = null;
        }
        const row = stagedRow(next);
        if (rows.length < MAX_CASE_ROWS) rows.push(row);
        else excess ??= row;
      }
    }
    if (reference !== undefined) yield { reference, rows, excess };
  }

  /** The problems by file, in the order of these paths, and by line. */
  async *problems(paths: readonly string[]): AsyncGenerator<ImportProblem> {
    const order = paths.map((path) => this.client.escapeLiteral(path)).join(', ');
    const query = `select content from import_problem
      order by array_position(array[${order}]::text[], file), line, number`;
    for await (const fetched of this.fetch<{ content: string }>('import_problem_in_order', query)) {
      for (const { content } of fetched) yield JSON.parse(content) as ImportProblem;
    }
  }

  private async query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return translateOutages(async () => (await this.client.query<Row>(text, values)).rows);
  }

  /** Reads through a cursor with hold, so that no transaction stays open while the cases are recorded. */
  private async *fetch<Row extends QueryResultRow>(cursor: string, query: string): AsyncGenerator<Row[]> {
    await this.query(`declare ${cursor} no scroll cursor with hold for ${query}`);
    for (;;) {
      const rows = await this.query<Row>(`fetch forward ${FETCH_ROWS} from ${cursor}`);
      if (rows.length === 0) break;
      yield rows;
    }
    await this.query(`close ${cursor}`);
  }
}

type StoredRow = { kind: number; line: number; content: string };

function stagedRow({ kind: index, line, content }: StoredRow): StagedRow {
  const kind = IMPORT_FILE_KINDS[index];
  if (kind === undefined) throw new Error(`there is no import file ${index}`);
  return { kind, line, row: content === '' ? null : (JSON.parse(content) as CaseRow) };
}
