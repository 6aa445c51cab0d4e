import type { DataSource, QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';
import { lockCheckpoint, moveCheckpoint } from './checkpoint.js';
import { LogMismatch } from './log-identity-check.js';
import type { Projection } from './projection.js';
import { pipelined } from '../platform/postgres/pipelined.js';

/** The schema of the live read models. */
export const LIVE_SCHEMA = 'public';

/** Positions of events that are left out by an audited act. */
export type SkippedPositions = ReadonlySet<Position>;

/** How a transaction is isolated, and whether its commit waits for the disk. */
export type TransactionKind = Readonly<{
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ';
  durable?: boolean;
  /**
   * Live tables that are locked (against nothing but their replacement) before a snapshot is taken: a name is always
   * resolved to the newest table, so that a snapshot older than a rebuild's swap would otherwise see its tables as they
   * were when half filled.
   */
  steady?: readonly string[];
}>;

/** Runs work in one transaction whose unqualified table names are those of a schema. */
export async function inSchema<Result>(
  database: DataSource,
  schema: string,
  work: (transaction: QueryRunner) => Promise<Result>,
  { isolation = 'READ COMMITTED', durable = true, steady = [] }: TransactionKind = {},
): Promise<Result> {
  const runner = database.createQueryRunner();
  try {
    // All of it is one round trip; TypeORM's own beginning would be two.
    const settings = [`set local search_path to ${schema}`];
    if (!durable) settings.push('set local synchronous_commit to off');
    const locked = steady.map((table) => `${LIVE_SCHEMA}.${table}`).join(', ');
    if (locked !== '') settings.push(`lock table ${locked} in access share mode`);
    await runner.query(`begin isolation level ${isolation}; ${settings.join('; ')}`);
    const result = await work(runner);
    await runner.query('commit');
    return result;
  } catch (error) {
    // Where it did not begin there is nothing to roll back, and PostgreSQL takes that for no fault.
    await runner.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

/** How a page is folded. */
export type PageOptions = Readonly<{
  skipped: SkippedPositions;
  /** Identity of the log that the page is of, where the tables may have been filled from another meanwhile. */
  log?: string | undefined;
  /** When what the page changes is worked out, and only the database has work to do. */
  onFolded?: (() => void) | undefined;
}>;

/**
 * Writes a page of the log into a projection's tables of one schema, with its checkpoint, in one transaction.
 * @returns the checkpoint after it.
 */
export async function writePage(
  database: DataSource,
  projection: Projection,
  page: readonly EventWithoutMetadata[],
  { schema = LIVE_SCHEMA, ...options }: PageOptions & Readonly<{ schema?: string }>,
): Promise<Position> {
  // A copy in the making is worth no wait for the disk: what a power cut takes from it is folded again.
  const durable = schema === LIVE_SCHEMA;
  const fold = (transaction: QueryRunner) => foldPage(transaction, projection, page, options);
  return inSchema(database, schema, fold, { durable });
}

/**
 * Folds a page in an open transaction. What another process has counted already is left out, so an event counts
 * once whoever folds it.
 * @returns the checkpoint after it.
 * @throws OtherLog where the tables come from another log than the page.
 */
export async function foldPage(
  transaction: QueryRunner,
  projection: Projection,
  page: readonly EventWithoutMetadata[],
  { skipped, log, onFolded }: PageOptions,
): Promise<Position> {
  const { position: checkpoint, log: recorded } = await lockCheckpoint(projection.name, transaction);
  if (log !== undefined && recorded !== null && recorded !== log) {
    throw new LogMismatch(projection.name, `comes from the log ${recorded} by now, not from ${log}`);
  }
  const fresh = page.filter((event) => event.position > checkpoint);
  const last = fresh.at(-1);
  if (last === undefined) return checkpoint;
  const counted = skipped.size === 0 ? fresh : fresh.filter((event) => !skipped.has(event.position));
  const write = await projection.fold(counted, transaction);
  const written = pipelined([write(), moveCheckpoint(projection.name, last.position, transaction)]);
  onFolded?.();
  await written;
  return last.position;
}
