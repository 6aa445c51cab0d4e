import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import { QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';
import type { EventStore } from '../../event-store/event-store.js';
import { START, type Position } from '../../event-store/position.js';
import { translateOutages } from '../../platform/postgres/outage.js';
import { DomainRefusal, Unavailable } from '../../platform/errors.js';
import { lockCheckpoint, moveCheckpoint } from '../checkpoint.js';
import { replay, replayRemainder, type Replay } from './replay.js';
import { AdvisoryLockLease } from '../../platform/postgres/advisory-lock-lease.js';
import { LogMismatch, checkLogIdentity } from '../log-identity-check.js';
import { inSchema, LIVE_SCHEMA } from '../page-writer.js';
import type { Projection } from '../projection.js';
import { dropShadow, indexShadow, openShadow, shadowSchema } from './shadow-schema.js';
import { ProjectionAudit } from '../projection-audit.js';

/** How long the swap waits for readers to finish, and those behind it wait for it, in milliseconds. */
const SWAP_WAIT = 2_000;
/** Attempts at the swap, and the pause between them in which readers pass, in milliseconds. */
const SWAP_TRIES = { times: 5, pause: 500 };

export type RebuildOptions = Readonly<{
  store: EventStore;
  database: DataSource;
  databaseUrl: string;
  projection: Projection;
  /** Ends the work after the page under way. */
  signal: AbortSignal;
  /** At the start: where the copy stands, and the head of the log. */
  onStart?: (from: Position, head: Position) => void;
  onProgress?: (checkpoint: Position) => void;
  /** Just before the swap. */
  onSwap?: () => void;
}>;

/** The name of the lease under which copies of a projection's tables are filled. */
export const rebuildLease = (projection: string) => `rebuild ${projection}`;

/** The name of the lease that tells that a copy is filled to be compared, and takes no place. */
export const verifyLease = (projection: string) => `verify ${projection}`;

/**
 * Folds the whole log into copies of a projection's tables, which then take the place of the live ones in one
 * transaction. Until then the live ones serve and go on; what is interrupted is taken up by the next rebuild.
 *
 * @returns the checkpoint of what serves now; null when `signal` ended it before the swap.
 * @throws DomainRefusal `rebuild-under-way` when another process is at it, `event-not-folded`; Unavailable
 *   `tables-in-use` when readers did not let go of the tables, `skips-changed`.
 */
export async function rebuild(options: RebuildOptions): Promise<Position | null> {
  const { store, database, projection, onStart, onSwap } = options;
  return underLease(options, async (signal) => {
    const schema = shadowSchema('rebuild', projection);
    const { fold, from, head } = await openFold({ ...options, signal }, schema);
    onStart?.(from, head);
    await replay(fold, from, () => store.head());
    if (signal.aborted) return null;
    await indexShadow(database, schema, projection);
    onSwap?.();
    return swapPatiently(fold);
  });
}

/**
 * Runs work on a projection's copies as the only process to do so; the signal aborts when the lease is lost.
 * @throws DomainRefusal `rebuild-under-way`; Unavailable `lease-lost`, and `database-unavailable` when the database
 *   does not answer: what was copied by then is taken up by the next.
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
        throw new Unavailable('lease-lost', `the connection that guards the rebuild was lost; run it again`);
      }
      return result;
    } finally {
      await lease.release();
    }
  });
}

/** Opens a copy to be filled in a schema: new, or the one that an interrupted rebuild left there. */
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

/** Positions of the events that a projection leaves out; a fresh fold leaves them out as well. */
async function skippedBy(store: EventStore, { name }: Projection): Promise<ReadonlySet<Position>> {
  return new Set((await new ProjectionAudit(store).skipsOf(name)).map(({ position }) => position));
}

async function swapPatiently(fold: Replay): Promise<Position> {
  for (let time = 1; ; time += 1) {
    try {
      return await inSchema(fold.database, fold.schema, (transaction) => swap(fold, transaction));
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (time >= SWAP_TRIES.times) {
        throw new Unavailable(
          'tables-in-use',
          `readers did not let go of the tables of ${fold.projection.name}; run it again later`,
          { cause: error },
        );
      }
      await pause(SWAP_TRIES.pause);
    }
  }
}

/**
 * Within one transaction: keeps the live checkpoint from moving, brings the copy up to it, puts the copy in the
 * live tables' place. The projector's next page waits for the checkpoint and goes into the new tables.
 */
async function swap(fold: Replay, transaction: QueryRunner): Promise<Position> {
  const { projection, schema } = fold;
  const { name, tables } = projection;
  await transaction.query(`set local lock_timeout to ${SWAP_WAIT}`);
  const { position: present } = await lockCheckpoint(name, transaction, LIVE_SCHEMA);
  // Where the live tables come from another log, their checkpoint says nothing of this one.
  const live = (await comesFromThis(fold)) ? present : START;
  const { position: filled } = await lockCheckpoint(name, transaction);
  const checkpoint = await replayRemainder(transaction, fold, filled, live);
  if (checkpoint < live) {
    throw new Unavailable('rebuild-behind', `the copy is at ${checkpoint}, the live tables at ${live}`);
  }
  // Nobody ever takes a skip back.
  if ((await skippedBy(fold.store, projection)).size > fold.skipped.size) {
    throw new Unavailable('skips-changed', `an event of ${name} was skipped meanwhile; run it again`);
  }
  const liveTables = tables.map((table) => `${LIVE_SCHEMA}.${table}`).join(', ');
  // In the order in which readers lock them, so that neither waits for the other in a circle.
  await transaction.query(`lock table ${liveTables} in access exclusive mode`);
  await transaction.query(`drop table ${liveTables}`);
  for (const table of tables) {
    await transaction.query(`alter table ${schema}.${table} set schema ${LIVE_SCHEMA}`);
  }
  await moveCheckpoint(name, checkpoint, transaction, LIVE_SCHEMA);
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

async function comesFromThis({ store, database, projection }: Replay): Promise<boolean> {
  try {
    await checkLogIdentity(projection.name, store, database);
    return true;
  } catch (error) {
    if (error instanceof LogMismatch) return false;
    throw error;
  }
}

function isLockTimeout(error: unknown): boolean {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  // A deadlock with somebody's own statements on the tables passes as well.
  return cause instanceof DatabaseError && (cause.code === '55P03' || cause.code === '40P01');
}
