import type { DataSource, QueryRunner } from 'typeorm';
import type { RecordedEvent } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';
import { lockCheckpoint, moveCheckpoint } from './checkpoint.js';
import type { Projection } from './projection.js';

/** The schema of the live read models. */
export const LIVE = 'public';

/** Positions of events that are left out by an audited act. */
export type Skipped = ReadonlySet<Position>;

/** Runs work in one transaction whose unqualified table names are those of a schema. */
export async function inSchema<Result>(
  database: DataSource,
  schema: string,
  work: (transaction: QueryRunner) => Promise<Result>,
  isolation: 'READ COMMITTED' | 'REPEATABLE READ' = 'READ COMMITTED',
): Promise<Result> {
  const runner = database.createQueryRunner();
  try {
    await runner.startTransaction(isolation);
    await runner.query(`set local search_path to ${schema}`);
    const result = await work(runner);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

/**
 * Writes a page of the log into a projection's tables of one schema, with its checkpoint, in one transaction.
 * @returns the checkpoint after it.
 */
export async function writePage(
  database: DataSource,
  projection: Projection,
  page: readonly RecordedEvent[],
  { schema = LIVE, skipped }: { schema?: string; skipped: Skipped },
): Promise<Position> {
  return inSchema(database, schema, async (transaction) => {
    // A copy in the making is worth no wait for the disk: what a power cut takes from it is folded again.
    if (schema !== LIVE) await transaction.query('set local synchronous_commit to off');
    return foldPage(transaction, projection, page, skipped);
  });
}

/**
 * Folds a page in an open transaction. What another process has counted already is left out, so an event counts
 * once whoever folds it.
 * @returns the checkpoint after it.
 */
export async function foldPage(
  transaction: QueryRunner,
  projection: Projection,
  page: readonly RecordedEvent[],
  skipped: Skipped,
): Promise<Position> {
  const checkpoint = await lockCheckpoint(projection.name, transaction);
  const fresh = page.filter((event) => event.position > checkpoint);
  const last = fresh.at(-1);
  if (last === undefined) return checkpoint;
  const counted = skipped.size === 0 ? fresh : fresh.filter((event) => !skipped.has(event.position));
  await projection.apply(counted, transaction);
  await moveCheckpoint(projection.name, last.position, transaction);
  return last.position;
}
