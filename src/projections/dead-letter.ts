import type { DataSource } from 'typeorm';
import { position, type Position } from '../event-store/position.js';
import { oneLine, reasonOf } from '../platform/one-line.js';
import { lockCheckpoint, type Checkpoint } from './checkpoint.js';
import { inSchema, LIVE_SCHEMA } from './schema-transaction.js';
import type { PoisonEvent } from './poison-event.js';
import type { QueryExecutor } from '../platform/postgres/query-executor.js';

/** The event that stopped a projection or a reactor, and why it could not be handled. */
export type DeadLetter = Readonly<{
  position: Position;
  eventId: string;
  stream: string;
  revision: number;
  type: string;
  error: string;
  attempts: number;
  failedAt: string;
}>;

type Row = Omit<DeadLetter, 'position' | 'failedAt'> & { position: string; failedAt: Date };

/** Reads the event that stopped a projection or a reactor; null while none has. */
export async function deadLetterOf(name: string, runner: QueryExecutor): Promise<DeadLetter | null> {
  const [row] = (await runner.query(
    `select position::text, event_id as "eventId", stream, revision, type, error, attempts,
            failed_at as "failedAt"
     from projection_dead_letter where projection = $1`,
    [name],
  )) as Row[];
  if (row === undefined) return null;
  return { ...row, position: position(row.position), failedAt: row.failedAt.toISOString() };
}

/**
 * Stops a projection or a reactor at an event, unless its checkpoint shows that the event is handled: then another process
 * could handle it, and has taken over.
 * @param isHandled whether the locked checkpoint shows that; by its position, unless given.
 * @returns whether it is stopped.
 */
export async function putDeadLetter(
  name: string,
  { event, error, attempts }: PoisonEvent,
  database: DataSource,
  isHandled: (checkpoint: Checkpoint) => boolean = ({ position: at }) => at >= event.position,
): Promise<boolean> {
  return inSchema(database, LIVE_SCHEMA, async (transaction) => {
    if (isHandled(await lockCheckpoint(name, transaction))) return false;
    await transaction.query(
      `insert into projection_dead_letter
         (projection, position, event_id, stream, revision, type, error, attempts)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (projection) do update set
         position = excluded.position, event_id = excluded.event_id, stream = excluded.stream,
         revision = excluded.revision, type = excluded.type, error = excluded.error,
         attempts = excluded.attempts, failed_at = now()`,
      [
        name,
        String(event.position),
        event.id,
        event.stream,
        event.revision,
        `${event.type}@${event.version}`,
        errorText(error),
        attempts,
      ],
    );
    return true;
  });
}

/** Longest text of an error, in UTF-16 units. */
const MAX_ERROR_LENGTH = 1_000;

/** An error as one bounded line that PostgreSQL and an event can hold. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${reasonOf(error)}` : String(error);
  return oneLine(text, MAX_ERROR_LENGTH);
}

/** Removes the dead letter of a position; one that was put since stays. */
export async function removeDeadLetter(name: string, at: Position, runner: QueryExecutor): Promise<void> {
  await runner.query('delete from projection_dead_letter where projection = $1 and position = $2', [
    name,
    String(at),
  ]);
}
