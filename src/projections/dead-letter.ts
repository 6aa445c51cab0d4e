import type { DataSource, QueryRunner } from 'typeorm';
import { position, type Position } from '../event-store/position.js';
import { oneLine, reasonOf } from '../platform/one-line.js';
import { lockCheckpoint } from './checkpoint.js';
import { inSchema, LIVE_SCHEMA } from './page-writer.js';
import type { PoisonEvent } from './poison-event.js';
import type { QueryExecutor } from '../platform/postgres/query-executor.js';

/** The event that stopped a projection, and why it could not be folded. */
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

/** The event that stopped a projection, null while none has. */
export async function deadLetterOf(projection: string, runner: QueryExecutor): Promise<DeadLetter | null> {
  const [row] = (await runner.query(
    `select position::text, event_id as "eventId", stream, revision, type, error, attempts,
            failed_at as "failedAt"
     from projection_dead_letter where projection = $1`,
    [projection],
  )) as Row[];
  if (row === undefined) return null;
  return { ...row, position: position(row.position), failedAt: row.failedAt.toISOString() };
}

/**
 * Stops a projection at an event, unless it is past it: then another process, which can fold it, has taken over.
 * @returns whether the projection is stopped by it.
 */
export async function putDeadLetter(
  projection: string,
  { event, error, attempts }: PoisonEvent,
  database: DataSource,
): Promise<boolean> {
  return inSchema(database, LIVE_SCHEMA, async (transaction) => {
    const checkpoint = await lockCheckpoint(projection, transaction);
    if (checkpoint.position >= event.position) return false;
    await transaction.query(
      `insert into projection_dead_letter
         (projection, position, event_id, stream, revision, type, error, attempts)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (projection) do update set
         position = excluded.position, event_id = excluded.event_id, stream = excluded.stream,
         revision = excluded.revision, type = excluded.type, error = excluded.error,
         attempts = excluded.attempts, failed_at = now()`,
      [
        projection,
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

/** Longest that the text of an error may be, in UTF-16 units. */
const LONGEST = 1_000;

/** An error as one bounded text that PostgreSQL and an event can hold. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${reasonOf(error)}` : String(error);
  return oneLine(text, LONGEST);
}

/** Lets a projection go on after it was stopped at a position; another stop since then stays. */
export async function removeDeadLetter(
  projection: string,
  at: Position,
  runner: DataSource | QueryRunner,
): Promise<void> {
  await runner.query('delete from projection_dead_letter where projection = $1 and position = $2', [
    projection,
    String(at),
  ]);
}
