import type { DataSource } from 'typeorm';
import type { RecordedEvent } from '../event-store/event-store.js';
import { position, type Position } from '../event-store/position.js';

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
export async function deadLetterOf(projection: string, database: DataSource): Promise<DeadLetter | null> {
  const [row] = await database.query<Row[]>(
    `select position::text, event_id as "eventId", stream, revision, type, error, attempts,
            failed_at as "failedAt"
     from projection_dead_letter where projection = $1`,
    [projection],
  );
  if (row === undefined) return null;
  return { ...row, position: position(row.position), failedAt: row.failedAt.toISOString() };
}

/** Stops a projection at an event. */
export async function putDeadLetter(
  projection: string,
  event: RecordedEvent,
  { error, attempts }: { error: unknown; attempts: number },
  database: DataSource,
): Promise<void> {
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  await database.query(
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
      event.type,
      told.slice(0, 2_000),
      attempts,
    ],
  );
}

/** Lets a projection go on; the event is tried again, or skipped where that was said. */
export async function removeDeadLetter(projection: string, database: DataSource): Promise<void> {
  await database.query('delete from projection_dead_letter where projection = $1', [projection]);
}
