import type { EventStore } from '../../event-store/event-store.js';
import { START, type Position } from '../../event-store/position.js';
import { AdvisoryLockLease } from '../../platform/postgres/advisory-lock-lease.js';
import type { QueryExecutor } from '../../platform/postgres/query-executor.js';
import { readCheckpoint, type Checkpoint, type LastError } from '../checkpoint.js';
import { CheckpointMismatch } from '../checkpoint-mismatch.js';
import { isProjection, kindOf, type Consumer } from '../consumer.js';
import { deadLetterOf, type DeadLetter } from '../dead-letter.js';
import { checkLogIdentity } from '../log-identity-check.js';
import { processorLease } from '../processor.js';
import { ProjectionAudit, type SkippedEvent } from '../projection-audit.js';
import { checkNotNewer } from '../projection-version.js';
import { rebuildLease, verifyLease } from '../rebuild/rebuild.js';
import { shadowProgress, shadowSchema } from '../rebuild/shadow-schema.js';

/** Most events after the checkpoint that are counted, unless the caller says otherwise. */
const MAX_LAG = 10_000;

/** How far a projection or a reactor is behind its log. */
export type Lag = Readonly<{
  /** Events that it has not handled; where `more`, there are more than that. */
  events: number;
  more: boolean;
  /** Age of the oldest of them by the database's clock; 0 where there is none. */
  seconds: number;
}>;

/** The state of a projection or a reactor; every process can read it. */
export type ProjectionStatus = Readonly<{
  /** Its name. */
  projection: string;
  kind: 'projection' | 'reactor';
  /** Stopped by an event; rebuilt while the present tables serve; or neither. */
  state: 'live' | 'stopped' | 'rebuilding';
  /** Versions of the tables and of this program; null for a reactor, which has no tables. */
  version: Readonly<{ tables: number; program: number }> | null;
  /** Position of the log's last event; read after the checkpoint, so it may be later than the lag was counted to. */
  head: Position;
  /** Position of the last event that it has handled. */
  checkpoint: Position;
  lag: Lag;
  /** Why the processor refuses this log or these tables; null when it does not. */
  refused: string | null;
  /** What went wrong since the last page that was written. */
  lastError: LastError;
  /** The event that stopped it. */
  stoppedBy: DeadLetter | null;
  /** The events that are left out for ever. */
  skipped: readonly SkippedEvent[];
  /** Whether a process holds the lease, and so follows the log. */
  projected: boolean;
  /** The copy that a rebuild fills; not `running` where an interrupted rebuild left it. */
  rebuild: Readonly<{ checkpoint: Position; running: boolean }> | null;
}>;

type Parts = Readonly<{ store: EventStore; database: QueryExecutor }>;

/**
 * Reads the state of a projection or a reactor. It takes no lock and waits for none.
 * @param countAtMost how many events behind are counted; they are read, so this is the cost of a status.
 * @throws Unavailable when the log does not answer; the driver's error when the database does not.
 */
export async function projectionStatus(
  consumer: Consumer,
  { store, database }: Parts,
  countAtMost = MAX_LAG,
): Promise<ProjectionStatus> {
  const { name } = consumer;
  const { lastError, ...checkpoint } = await readCheckpoint(name, database);
  const stoppedBy = await deadLetterOf(name, database);
  const rebuild = isProjection(consumer) ? await rebuildOf(name, database) : null;
  const lag = await lagAfter(checkpoint.position, { store, database }, countAtMost);
  return {
    projection: name,
    kind: kindOf(consumer),
    state: stoppedBy !== null ? 'stopped' : rebuild?.running === true ? 'rebuilding' : 'live',
    version: isProjection(consumer) ? versionOf(consumer.version, checkpoint) : null,
    head: await store.head(),
    checkpoint: checkpoint.position,
    lag,
    refused: await refusalOf(consumer, checkpoint, { store, database }),
    lastError,
    stoppedBy,
    skipped: await new ProjectionAudit(store).skipsOf(name),
    projected: await AdvisoryLockLease.isHeld(processorLease(name), database),
    rebuild,
  };
}

/** Empty tables are of any version. */
function versionOf(program: number, { position, version }: Checkpoint): ProjectionStatus['version'] {
  return { tables: position === START ? program : version, program };
}

async function rebuildOf(name: string, database: QueryExecutor): Promise<ProjectionStatus['rebuild']> {
  const running =
    (await AdvisoryLockLease.isHeld(rebuildLease(name), database)) &&
    !(await AdvisoryLockLease.isHeld(verifyLease(name), database));
  const checkpoint = await shadowProgress(database, shadowSchema('rebuild', { name }), name);
  return checkpoint === null ? null : { checkpoint, running };
}

async function refusalOf(
  consumer: Consumer,
  checkpoint: Checkpoint,
  { store, database }: Parts,
): Promise<string | null> {
  try {
    await checkLogIdentity(consumer, store, database);
    if (isProjection(consumer)) checkNotNewer(consumer, checkpoint);
    return null;
  } catch (error) {
    if (error instanceof CheckpointMismatch) return error.message;
    throw error;
  }
}

async function lagAfter(checkpoint: Position, { store, database }: Parts, most: number): Promise<Lag> {
  let events = 0;
  let oldest: string | null = null;
  for await (const { storedAt } of store.readAll({ after: checkpoint, limit: most + 1 })) {
    oldest ??= storedAt;
    events += 1;
  }
  if (oldest === null) return { events: 0, more: false, seconds: 0 };
  const [now] = (await database.query('select clock_timestamp() as now')) as { now: Date }[];
  const seconds = ((now?.now.getTime() ?? 0) - Date.parse(oldest)) / 1000;
  return {
    events: Math.min(events, most),
    more: events > most,
    seconds: Math.max(0, Math.round(seconds * 1000) / 1000),
  };
}
