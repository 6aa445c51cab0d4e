import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import { QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';
import type { EventStore } from '../../event-store/event-store.js';
import { START, type Position } from '../../event-store/position.js';
import { translateOutages } from '../../platform/postgres/outage.js';
import { DomainRefusal, Unavailable } from '../../platform/errors.js';
import { lockCheckpoint, moveCheckpoint, readCheckpoint } from '../checkpoint.js';
import { replay, replayRemainder, type Replay } from './replay.js';
import { AdvisoryLockLease } from '../../platform/postgres/advisory-lock-lease.js';
import { LogMismatch, checkLogIdentity } from '../log-identity-check.js';
import { checkNotNewer } from '../projection-version.js';
import { inSchema, LIVE_SCHEMA } from '../schema-transaction.js';
import type { Projection } from '../projection.js';
import { dropShadow, indexShadow, openShadow, shadowSchema } from './shadow-schema.js';
import { ProjectionAudit } from '../projection-audit.js';

/** How long the swap waits for readers to finish, and new readers wait behind it, in milliseconds. */
const SWAP_LOCK_TIMEOUT_MS = 2_000;
/** Attempts at the swap, and the pause between them in which new readers can pass, in milliseconds. */
const SWAP_ATTEMPTS = { most: 5, pauseMs: 500 };

export type RebuildOptions = Readonly<{
  store: EventStore;
  database: DataSource;
  databaseUrl: string;
  projection: Projection;
  /** Ends the work after the current page. */
  signal: AbortSignal;
  /** Called at the start with the copy's checkpoint and the head of the log. */
  onStart?: (from: Position, head: Position) => void;
  onProgress?: (checkpoint: Position) => void;
  /** Called just before the swap. */
  onSwap?: () => void;
  /** Asked once no other process rebuilds: whether the rebuild is still needed. It always is when left out. */
  isNeeded?: () => Promise<boolean>;
}>;

/** The name of the lease under which copies of a projection's tables are filled. */
export const rebuildLease = (projection: string) => `rebuild ${projection}`;

/** The name of the lease that shows that a copy is filled only to be compared. */
export const verifyLease = (projection: string) => `verify ${projection}`;

/**
 * Folds the whole log into copies of a projection's tables, which then replace the live ones in one transaction. Until
 * then the live ones serve, and are projected. The next rebuild continues an interrupted one.
 *
 * @returns the checkpoint of the new tables; null when `signal` ended it before the swap, or it was not needed.
 * @throws DomainRefusal `rebuild-under-way` when another process rebuilds or verifies; EventNotFolded; VersionMismatch
 *   where a newer version filled the live tables; Unavailable `tables-in-use` when readers did not release the tables,
 *   `skips-changed`.
 */
export async function rebuild(options: RebuildOptions): Promise<Position | null> {
  const { store, database, projection, onStart, onSwap, isNeeded } = options;
  return underLease(options, async (signal) => {
    if (isNeeded !== undefined && !(await isNeeded())) return null;
    checkNotNewer(projection, await readCheckpoint(projection.name, database));
    const schema = shadowSchema('rebuild', projection);
    const { fold, from, head } = await openFold({ ...options, signal }, schema);
    onStart?.(from, head);
    await replay(fold, from, () => store.head());
    if (signal.aborted) return null;
    await indexShadow(database, schema, projection);
    onSwap?.();
    return swapWithRetries(fold);
  });
}

/**
 * Runs work on a projection's copies under a lease; its signal aborts when the lease is lost.
 * @throws DomainRefusal `rebuild-under-way`; Unavailable `lease-lost`, and `database-unavailable` when the database
 *   does not answer: the next rebuild continues from what was copied.
 */
export function underLease<Result>(
  { databaseUrl, projection, signal }: Pick<RebuildOptions, 'databaseUrl' | 'projection' | 'signal'>,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  return translateOutages(async () => {
    const lease = await AdvisoryLockLease.tryAcquire(databaseUrl, rebuildLease(projection.name));
    if (lease === null) {
      throw new DomainRefusal(
        'rebuild-under-way',
        `another process rebuilds or verifies ${projection.name}; see upheld projections status`,
      );
    }
    try {
      const result = await work(AbortSignal.any([signal, lease.lost]));
      if (lease.lost.aborted && !signal.aborted && result === null) {
        throw new Unavailable(
          'lease-lost',
          `the connection that holds the lease of the rebuild was lost; run it again`,
        );
      }
      return result;
    } finally {
      await lease.release();
    }
  });
}

/** Opens a copy in a schema: a new one, or the one that an interrupted rebuild left there. */
export async function openFold(
  options: RebuildOptions,
  schema: string,
): Promise<{ fold: Replay; from: Position; head: Position }> {
  const { store, database, projection } = options;
  const [log, head, skipped] = [
    await store.identity(),
    await store.head(),
    await skippedBy(store, projection),
  ];
  const from = await openShadow(database, schema, projection, { log, head, skipped });
  return { fold: { ...options, schema, skipped }, from, head };
}

/** Positions of the events that a projection skips; a fresh fold skips them too. */
async function skippedBy(store: EventStore, { name }: Projection): Promise<ReadonlySet<Position>> {
  return new Set((await new ProjectionAudit(store).skipsOf(name)).map(({ position }) => position));
}

async function swapWithRetries(fold: Replay): Promise<Position> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inSchema(fold.database, fold.schema, (transaction) => swap(fold, transaction));
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (attempt >= SWAP_ATTEMPTS.most) {
        throw new Unavailable(
          'tables-in-use',
          `readers did not release the tables of ${fold.projection.name}; run it again later`,
          { cause: error },
        );
      }
      await pause(SWAP_ATTEMPTS.pauseMs);
    }
  }
}

/**
 * Within one transaction: locks the live checkpoint, brings the copy up to it and puts the copy in the place of the live
 * tables. The projector's next page waits for the checkpoint and is written into the new tables.
 */
async function swap(fold: Replay, transaction: QueryRunner): Promise<Position> {
  const { projection, schema } = fold;
  const { name, tables } = projection;
  await transaction.query(`set local lock_timeout to ${SWAP_LOCK_TIMEOUT_MS}`);
  const filledLive = await lockCheckpoint(name, transaction, LIVE_SCHEMA);
  checkNotNewer(projection, filledLive);
  const { position: present } = filledLive;
  // The checkpoint of tables that come from another log means nothing in this one.
  const live = (await comesFromThisLog(fold)) ? present : START;
  const { position: filled } = await lockCheckpoint(name, transaction);
  const checkpoint = await replayRemainder(transaction, fold, filled, live);
  if (checkpoint < live) {
    throw new Unavailable('rebuild-behind', `the copy is at ${checkpoint}, the live tables at ${live}`);
  }
  // A skip is never taken back, so a larger number shows a new one.
  if ((await skippedBy(fold.store, projection)).size > fold.skipped.size) {
    throw new Unavailable('skips-changed', `an event of ${name} was skipped meanwhile; run it again`);
  }
  const liveTables = tables.map((table) => `${LIVE_SCHEMA}.${table}`).join(', ');
  // In the order in which readers lock them, so that there is no deadlock.
  await transaction.query(`lock table ${liveTables} in access exclusive mode`);
  await transaction.query(`drop table ${liveTables}`);
  for (const table of tables) {
    await transaction.query(`alter table ${schema}.${table} set schema ${LIVE_SCHEMA}`);
  }
  await moveCheckpoint(projection, checkpoint, transaction, LIVE_SCHEMA);
  await transaction.query(`update ${LIVE_SCHEMA}.projection_checkpoint set log = $2 where projection = $1`, [
    name,
    await fold.store.identity(),
  ]);
  await transaction.query(
    `delete from ${LIVE_SCHEMA}.projection_dead_letter where projection = $1 and (position <= $2 or $3)`,
    [name, String(checkpoint), live < present],
  );
  await dropShadow(transaction, schema);
  return checkpoint;
}

async function comesFromThisLog({ store, database, projection }: Replay): Promise<boolean> {
  try {
    await checkLogIdentity(projection, store, database);
    return true;
  } catch (error) {
    if (error instanceof LogMismatch) return false;
    throw error;
  }
}

function isLockTimeout(error: unknown): boolean {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  // A deadlock with statements of an administrator passes as well.
  return cause instanceof DatabaseError && (cause.code === '55P03' || cause.code === '40P01');
}
