import type { QueryRunner } from 'typeorm';
import { position, START, type Position } from '../event-store/position.js';

type Row = { position: string };

/** A data source, an entity manager or a query runner. */
type CanQuery = { query(sql: string, parameters?: unknown[]): Promise<unknown> };

/** Reads a projection's checkpoint: the position of the last event it holds. */
export async function checkpointOf(projection: string, runner: CanQuery): Promise<Position> {
  const [row] = (await runner.query(
    'select position::text from projection_checkpoint where projection = $1',
    [projection],
  )) as Row[];
  return row === undefined ? START : position(row.position);
}

/**
 * Reads the checkpoint and keeps every other process from moving it until the transaction ends, so that a
 * page is counted once whoever folds it.
 */
export async function lockCheckpoint(projection: string, transaction: QueryRunner): Promise<Position> {
  await transaction.query(
    `insert into projection_checkpoint (projection, position) values ($1, $2) on conflict do nothing`,
    [projection, String(START)],
  );
  const [row] = (await transaction.query(
    'select position::text from projection_checkpoint where projection = $1 for update',
    [projection],
  )) as Row[];
  if (row === undefined) throw new Error(`the checkpoint of ${projection} was removed`);
  return position(row.position);
}

/** Moves the checkpoint, in the transaction that wrote the page. */
export async function moveCheckpoint(
  projection: string,
  to: Position,
  transaction: QueryRunner,
): Promise<void> {
  await transaction.query(
    'update projection_checkpoint set position = $2, updated_at = now() where projection = $1',
    [projection, String(to)],
  );
}
