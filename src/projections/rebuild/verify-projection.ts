import type { QueryRunner } from 'typeorm';
import type { Position } from '../../event-store/position.js';
import { checkpointOf, lockCheckpoint, readCheckpoint } from '../checkpoint.js';
import { replay, replayRemainder, type Replay } from './replay.js';
import { checkLogIdentity } from '../log-identity-check.js';
import { checkVersion } from '../projection-version.js';
import { inSchema, LIVE_SCHEMA } from '../schema-transaction.js';
import { AdvisoryLockLease } from '../../platform/postgres/advisory-lock-lease.js';
import { openFold, underLease, verifyLease, type RebuildOptions } from './rebuild.js';
import { dropShadow, shadowSchema } from './shadow-schema.js';

/** The first row in which the live tables and a fresh fold differ; null on the side that lacks it. */
export type RowDifference = Readonly<{ table: string; live: string | null; fresh: string | null }>;

/** What a verification found: the position of the log, the number of live rows, and the first difference. */
export type ProjectionVerification = Readonly<{
  position: Position;
  rows: number;
  difference: RowDifference | null;
}>;

/**
 * Folds the log afresh up to the live checkpoint, beside the live tables, and compares all rows byte for byte.
 * The live tables are only read, in one snapshot.
 *
 * @returns null when `signal` ended it.
 * @throws DomainRefusal `rebuild-under-way`; EventNotFolded; LogMismatch; VersionMismatch.
 */
export async function verifyProjection(options: RebuildOptions): Promise<ProjectionVerification | null> {
  const { store, database, projection, onStart } = options;
  return underLease(options, async (signal) => {
    const schema = shadowSchema('verify', projection);
    const shown = await AdvisoryLockLease.tryAcquire(options.databaseUrl, verifyLease(projection.name));
    const live = () => checkpointOf(projection.name, database);
    try {
      await checkLogIdentity(projection, store, database);
      checkVersion(projection, await readCheckpoint(projection.name, database));
      await dropShadow(database, schema);
      const { fold, from } = await openFold({ ...options, signal }, schema);
      onStart?.(from, await live());
      await replay(fold, from, live);
      if (signal.aborted) return null;
      return await inSchema(database, schema, (transaction) => compare(fold, transaction), {
        isolation: 'REPEATABLE READ',
        locked: projection.tables,
      });
    } finally {
      await dropShadow(database, schema);
      await shown?.release();
    }
  });
}

async function compare(fold: Replay, transaction: QueryRunner): Promise<ProjectionVerification> {
  const { name, tables } = fold.projection;
  const position = await checkpointOf(name, transaction, LIVE_SCHEMA);
  const copied = await lockCheckpoint(name, transaction);
  await replayRemainder(transaction, fold, copied.position, position);
  let rows = 0;
  for (const table of tables) {
    rows += await countRows(table, transaction);
    const difference = await firstDifference(table, fold.schema, transaction);
    if (difference !== null) return { position, rows, difference };
  }
  return { position, rows, difference: null };
}

async function countRows(table: string, transaction: QueryRunner): Promise<number> {
  const [count] = (await transaction.query(
    `select count(*)::integer as rows from ${LIVE_SCHEMA}.${table}`,
  )) as { rows: number }[];
  return count?.rows ?? 0;
}

async function firstDifference(
  table: string,
  schema: string,
  transaction: QueryRunner,
): Promise<RowDifference | null> {
  const rowsOf = (where: string) => `select whole::text as row from ${where}.${table} as whole`;
  const onlyIn = async (one: string, other: string) => {
    const [first] = (await transaction.query(
      `select row from (${rowsOf(one)} except all ${rowsOf(other)}) as missing
       order by row collate "C" limit 1`,
    )) as { row: string }[];
    return first?.row ?? null;
  };
  const live = await onlyIn(LIVE_SCHEMA, schema);
  const fresh = await onlyIn(schema, LIVE_SCHEMA);
  return live === null && fresh === null ? null : { table, live, fresh };
}
