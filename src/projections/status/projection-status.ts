import type { EventStore } from '../../event-store/event-store.js';
import type { Position } from '../../event-store/position.js';
import { readCheckpoint, type Checkpoint } from '../checkpoint.js';
import { deadLetterOf, type DeadLetter } from '../dead-letter.js';
import { AdvisoryLockLease } from '../../platform/postgres/advisory-lock-lease.js';
import { LogMismatch, checkLogIdentity } from '../log-identity-check.js';
import { projectorLease } from '../projector.js';
import { rebuildLease, verifyLease } from '../rebuild/rebuild.js';
import { shadowProgress, shadowSchema } from '../rebuild/shadow-schema.js';
import { ProjectionAudit, type SkippedEvent } from '../projection-audit.js';
import type { QueryExecutor } from '../../platform/postgres/query-executor.js';

/** Events after the checkpoint that are counted at most, unless told. */
const MOST_COUNTED = 10_000;

/** How far a projection is behind its log. */
export type Lag = Readonly<{
  /** Events not projected; where `more`, there are more than that. */
  events: number;
  more: boolean;
  /** Age of the oldest of them by the database's clock; 0 where there is none. */
  seconds: number;
}>;

/** How a projection is; every process can tell. */
export type ProjectionStatus = Readonly<{
  /** Its name. */
  projection: string;
  /** Stopped by an event; being rebuilt while it goes on; or neither. */
  state: 'live' | 'stopped' | 'rebuilding';
  /** Position of the log's last event; read after the checkpoint, so it may be later than the lag was counted to. */
  head: Position;
  /** Position of the last event that it holds. */
  checkpoint: Position;
  lag: Lag;
  /** Why the projector refuses this log; null when it does not. */
  refused: string | null;
  /** What went wrong since the last page that was written. */
  lastError: Checkpoint['lastError'];
  /** The event that stopped it. */
  stoppedBy: DeadLetter | null;
  /** The events left out for ever. */
  skipped: readonly SkippedEvent[];
  /** Whether a process holds the projector's lease, and so projects. */
  projected: boolean;
  /** The copy that a rebuild fills; not `running` where an interrupted one left it. */
  rebuild: Readonly<{ checkpoint: Position; running: boolean }> | null;
}>;

/**
 * Tells how a projection is. It only reads, and waits for nobody.
 * @param countAtMost how many events behind are counted; they are read, so it is what a status costs.
 * @throws Unavailable when the log does not answer; the driver's error when the database does not.
 */
export async function projectionStatus(
  projection: string,
  { store, database }: { store: EventStore; database: QueryExecutor },
  countAtMost = MOST_COUNTED,
): Promise<ProjectionStatus> {
  const { position: checkpoint, lastError } = await readCheckpoint(projection, database);
  const stoppedBy = await deadLetterOf(projection, database);
  const running =
    (await AdvisoryLockLease.isHeld(rebuildLease(projection), database)) &&
    !(await AdvisoryLockLease.isHeld(verifyLease(projection), database));
  const copied = await shadowProgress(database, shadowSchema('rebuild', { name: projection }), projection);
  const rebuild = copied === null ? null : { checkpoint: copied, running };
  const lag = await lagAfter(checkpoint, { store, database }, countAtMost);
  return {
    projection,
    state: stoppedBy !== null ? 'stopped' : rebuild?.running === true ? 'rebuilding' : 'live',
    head: await store.head(),
    checkpoint,
    lag,
    refused: await refusalOf(projection, store, database),
    lastError,
    stoppedBy,
    skipped: await new ProjectionAudit(store).skipsOf(projection),
    projected: await AdvisoryLockLease.isHeld(projectorLease(projection), database),
    rebuild,
  };
}

async function refusalOf(
  projection: string,
  store: EventStore,
  database: QueryExecutor,
): Promise<string | null> {
  try {
    await checkLogIdentity(projection, store, database);
    return null;
  } catch (error) {
    if (error instanceof LogMismatch) return error.message;
    throw error;
  }
}

async function lagAfter(
  checkpoint: Position,
  { store, database }: { store: EventStore; database: QueryExecutor },
  most: number,
): Promise<Lag> {
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

/** A status as JSON tells it: positions as strings of digits. */
export function statusJson(status: ProjectionStatus): object {
  return JSON.parse(
    JSON.stringify(status, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as object;
}

/** A status as lines for a person. */
export function statusLines(status: ProjectionStatus): string[] {
  const {
    projection,
    state,
    head,
    checkpoint,
    lag,
    refused,
    lastError,
    stoppedBy,
    skipped,
    projected,
    rebuild,
  } = status;
  const behind =
    lag.events === 0
      ? 'up to date'
      : `${lag.more ? 'more than ' : ''}${lag.events} events behind, the oldest ${lag.seconds} s old`;
  return [
    `${projection}: ${state}, ${behind}`,
    `  head ${head}, checkpoint ${checkpoint}, ${projected ? 'a process projects it' : 'no process projects it'}`,
    ...(refused === null ? [] : [`  ${refused}`]),
    ...(lastError === null ? [] : [`  last error (${lastError.at}): ${lastError.error}`]),
    ...(stoppedBy === null ? [] : stopLines(stoppedBy)),
    ...(rebuild === null
      ? []
      : [`  rebuild ${rebuild.running ? 'under way' : 'interrupted'}: its copy is at ${rebuild.checkpoint}`]),
    ...skipped.map(
      ({ stream, revision, type, at, actor, reason, error }) =>
        `  skips ${stream}@${revision} (${type}): ${reason} [${actor.id}, ${at}; it failed with ${error}]`,
    ),
  ];
}

function stopLines({ stream, revision, type, position, error, attempts, failedAt }: DeadLetter): string[] {
  return [
    `  stopped by ${stream}@${revision} (${type}) at position ${position} on ${failedAt}, after ${attempts} attempts`,
    `    ${error}`,
    '    upheld projections resume tries it again; upheld projections skip --reason TEXT leaves it out for ever',
  ];
}
