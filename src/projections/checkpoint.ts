import type { QueryRunner } from 'typeorm';
import { position, START, type Position } from '../event-store/position.js';
import type { QueryExecutor } from '../platform/postgres/query-executor.js';

/** How far a projection or a reactor has come, and from what. */
export type Checkpoint = Readonly<{
  /** Position of the last event that it has handled; START before the first. */
  position: Position;
  /** Identity of the log; null where it was not recorded yet. */
  log: string | null;
  /** Version of the projection that filled the tables. */
  version: number;
}>;

/** What went wrong since the last page, where it could be noted in the database. */
export type LastError = Readonly<{ error: string; at: string }> | null;

type Row = { position: string; log: string | null; version: number };

/** The table of checkpoints, in a schema where it is not that of the transaction. */
function checkpointsIn(schema: string | undefined): string {
  return schema === undefined ? 'projection_checkpoint' : `${schema}.projection_checkpoint`;
}

/** Reads the position of the last event that a projection or a reactor has handled. */
export async function checkpointOf(name: string, runner: QueryExecutor, schema?: string): Promise<Position> {
  const [row] = (await runner.query(
    `select position::text from ${checkpointsIn(schema)} where projection = $1`,
    [name],
  )) as Pick<Row, 'position'>[];
  return row === undefined ? START : position(row.position);
}

/** Reads a checkpoint, with what went wrong since. */
export async function readCheckpoint(
  name: string,
  runner: QueryExecutor,
): Promise<Checkpoint & Readonly<{ lastError: LastError }>> {
  const [row] = (await runner.query(
    `select position::text, log, version, last_error as error, failed_at as at
     from projection_checkpoint where projection = $1`,
    [name],
  )) as (Row & { error: string | null; at: Date | null })[];
  if (row === undefined) return { position: START, log: null, version: 1, lastError: null };
  const { log, version, error, at } = row;
  const lastError = error === null || at === null ? null : { error, at: at.toISOString() };
  return { position: position(row.position), log, version, lastError };
}

/**
 * Reads a checkpoint and locks it until the transaction ends, so that a page is counted once whichever process folds it.
 * @param schema of the checkpoint's table, where it is not that of the transaction.
 */
export async function lockCheckpoint(
  name: string,
  transaction: QueryRunner,
  schema?: string,
): Promise<Checkpoint> {
  const table = checkpointsIn(schema);
  // An update to the present value locks the row, new or not, in one statement.
  const [row] = (await transaction.query(
    `insert into ${table} as checkpoint (projection, position) values ($1, $2)
     on conflict (projection) do update set position = checkpoint.position
     returning position::text, log, version`,
    [name, String(START)],
  )) as Row[];
  if (row === undefined) throw new Error(`the checkpoint of ${name} was not locked`);
  return { ...row, position: position(row.position) };
}

/** Moves a checkpoint in the transaction that handled the events up to it, and clears the last error. */
export async function moveCheckpoint(
  { name, version = 1 }: Readonly<{ name: string; version?: number }>,
  to: Position,
  transaction: QueryRunner,
  schema?: string,
): Promise<void> {
  const table = checkpointsIn(schema);
  await transaction.query(
    `update ${table} set position = $2, version = $3, updated_at = now(), last_error = null, failed_at = null
     where projection = $1`,
    [name, String(to), version],
  );
}

/** Notes what went wrong, so that other processes can show it; null clears it. */
export async function noteLastError(
  name: string,
  error: string | null,
  database: QueryExecutor,
): Promise<void> {
  await database.query(
    `insert into projection_checkpoint (projection, position, last_error, failed_at)
     values ($1, $2, $3, case when $3::text is null then null else now() end)
     on conflict (projection) do update set last_error = excluded.last_error, failed_at = excluded.failed_at`,
    [name, String(START), error?.slice(0, 2_000) ?? null],
  );
}
