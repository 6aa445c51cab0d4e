import type { EventStore } from '../event-store/event-store.js';
import { position } from '../event-store/position.js';
import { Unavailable } from '../platform/errors.js';
import type { QueryExecutor } from '../platform/postgres/query-executor.js';

/** A read model was folded from another log than the one it is given now, or from more of it than there is. */
export class LogMismatch extends Unavailable {
  override get isTransient(): boolean {
    return false;
  }

  constructor(projection: string, why: string) {
    super('other-log', `${projection} ${why}; upheld projections rebuild folds it from the present log`);
  }
}

/**
 * Refuses to go on with a read model that does not come from this log (design 3): positions of one log mean
 * nothing in another, and one restored from an older backup lacks events that were counted.
 *
 * @throws OtherLog
 */
export async function checkLogIdentity(
  projection: string,
  store: EventStore,
  runner: QueryExecutor,
): Promise<void> {
  const [row] = (await runner.query(
    'select position::text, log from projection_checkpoint where projection = $1 and position > 0',
    [projection],
  )) as { position: string; log: string | null }[];
  if (row === undefined) return;
  const identity = await store.identity();
  // A checkpoint of before logs had names says nothing; the projector records the name when it goes on.
  if (row.log !== null && row.log !== identity) {
    throw new LogMismatch(projection, `comes from the log ${row.log}, not from ${identity}`);
  }
  const head = await store.head();
  if (position(row.position) > head) {
    throw new LogMismatch(projection, `holds position ${row.position}, but the log ends at ${head}`);
  }
}

/** Records which log a read model comes from, before its first page or where that was not recorded yet. */
export async function recordLogIdentity(
  projection: string,
  store: EventStore,
  runner: QueryExecutor,
): Promise<void> {
  await runner.query(
    `insert into projection_checkpoint (projection, position, log) values ($1, 0, $2)
     on conflict (projection) do update set log = excluded.log
     where projection_checkpoint.log is null or projection_checkpoint.position = 0`,
    [projection, await store.identity()],
  );
}
