import type { QueryRunner } from 'typeorm';
import type { QueryExecutor } from '../platform/postgres/query-executor.js';
import { position, START, type Position } from '../event-store/position.js';

/** Where a projection stands. */
export type Checkpoint = Readonly<{
  /** Position of the last event it holds. */
  position: Position;
  /** What went wrong since its last page, as far as the database could be told. */
  lastError: Readonly<{ error: string; at: string }> | null;
}>;

/** A checkpoint that nobody else can move. */
export type LockedCheckpoint = Readonly<{
  position: Position;
  /** Which log the tables come from; null where that was not recorded. */
  log: string | null;
}>;

/** The table of checkpoints, in a schema where it is not that of the transaction. */
function checkpointsIn(schema: string | undefined): string {
  return schema === undefined ? 'projection_checkpoint' : `${schema}.projection_checkpoint`;
}

/** Reads a projection's checkpoint: the position of the last event it holds. */
export async function checkpointOf(
  projection: string,
  runner: QueryExecutor,
  schema?: string,
): Promise<Position> {
  return (await readCheckpoint(projection, runner, schema)).position;
}

/** Reads a projection's checkpoint, with what went wrong since. */
export async function readCheckpoint(
  projection: string,
  runner: QueryExecutor,
  schema?: string,
): Promise<Checkpoint> {
  const [row] = (await runner.query(
    `select position::text, last_error as error, failed_at as at
     from ${checkpointsIn(schema)} where projection = $1`,
    [projection],
  )) as { position: string; error: string | null; at: Date | null }[];
  if (row === undefined) return { position: START, lastError: null };
  const { error, at } = row;
  return {
    position: position(row.position),
    lastError: error === null || at === null ? null : { error, at: at.toISOString() },
  };
}

/**
 * Reads the checkpoint and keeps every other process from moving it until the transaction ends, so that a
 * page is counted once whoever folds it.
 *
 * @param schema of the checkpoint's table, where it is not that of the transaction.
 */
export async function lockCheckpoint(
  projection: string,
  transaction: QueryRunner,
  schema?: string,
): Promise<LockedCheckpoint> {
  const table = checkpointsIn(schema);
  // An update to what it is locks the row, there or not, in one statement.
  const [row] = (await transaction.query(
    `insert into ${table} as checkpoint (projection, position) values ($1, $2)
     on conflict (projection) do update set position = checkpoint.position
     returning position::text, log`,
    [projection, String(START)],
  )) as { position: string; log: string | null }[];
  if (row === undefined) throw new Error(`the checkpoint of ${projection} was not locked`);
  return { position: position(row.position), log: row.log };
}

/** Moves the checkpoint, in the transaction that wrote the page; what went wrong before is over. */
export async function moveCheckpoint(
  projection: string,
  to: Position,
  transaction: QueryRunner,
  schema?: string,
): Promise<void> {
  const table = checkpointsIn(schema);
  await transaction.query(
    `update ${table} set position = $2, updated_at = now(), last_error = null, failed_at = null
     where projection = $1`,
    [projection, String(to)],
  );
}

/** Notes what went wrong, so that other processes can tell; null when it is over. */
export async function noteLastError(
  projection: string,
  error: string | null,
  database: QueryExecutor,
): Promise<void> {
  await database.query(
    `insert into projection_checkpoint (projection, position, last_error, failed_at)
     values ($1, $2, $3, case when $3::text is null then null else now() end)
     on conflict (projection) do update set last_error = excluded.last_error, failed_at = excluded.failed_at`,
    [projection, String(START), error?.slice(0, 2_000) ?? null],
  );
}
