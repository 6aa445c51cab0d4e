import type { EventStore } from '../event-store/event-store.js';
import { START } from '../event-store/position.js';
import type { QueryExecutor } from '../platform/postgres/query-executor.js';
import { readCheckpoint, type Checkpoint } from './checkpoint.js';
import { isProjection, type Consumer } from './consumer.js';
import { CheckpointMismatch } from './checkpoint-mismatch.js';

/** The checkpoint belongs to another log than the one that is read, or is after its head. */
export class LogMismatch extends CheckpointMismatch {
  constructor(consumer: Consumer, why: string) {
    const wayOut = isProjection(consumer)
      ? 'upheld projections rebuild folds it from the present log'
      : 'a reactor acts only on the log that it began with';
    super('other-log', `${consumer.name} ${why}; ${wayOut}`);
  }
}

/**
 * Checks that a checkpoint belongs to this log (design 3): positions of one log mean nothing in another, and a log that
 * was restored from an older backup lacks events that were handled.
 * @throws LogMismatch
 */
export async function checkLogIdentity(
  consumer: Consumer,
  store: EventStore,
  runner: QueryExecutor,
): Promise<void> {
  const checkpoint = await readCheckpoint(consumer.name, runner);
  if (checkpoint.position === START) return;
  checkRecordedLog(consumer, checkpoint, await store.identity());
  const head = await store.head();
  if (checkpoint.position > head) {
    throw new LogMismatch(consumer, `holds position ${checkpoint.position}, but the log ends at ${head}`);
  }
}

/**
 * Checks that a checkpoint was recorded for a log. Without a record it passes: checkpoints of the first releases have
 * none, and the processor adds it when it follows the log.
 * @throws LogMismatch
 */
export function checkRecordedLog(
  consumer: Consumer,
  { log: recorded }: Pick<Checkpoint, 'log'>,
  log: string | undefined,
): void {
  if (log === undefined || recorded === null || recorded === log) return;
  throw new LogMismatch(consumer, `comes from the log ${recorded}, not from ${log}`);
}

/** Records which log a checkpoint belongs to, before its first page or where no log was recorded yet. */
export async function recordLogIdentity(
  name: string,
  store: EventStore,
  runner: QueryExecutor,
): Promise<void> {
  await runner.query(
    `insert into projection_checkpoint (projection, position, log) values ($1, 0, $2)
     on conflict (projection) do update set log = excluded.log
     where projection_checkpoint.log is null or projection_checkpoint.position = 0`,
    [name, await store.identity()],
  );
}
