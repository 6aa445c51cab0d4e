import type { EntityManager, QueryRunner } from 'typeorm';
import type { EventStore, EventWithoutMetadata } from '../../event-store/event-store.js';
import { position, START, type Position } from '../../event-store/position.js';

/** The hash of an event in the index: of about one in 256. */
const INDEXED_HASH = /^00/;

/** Events read at a time after an entry of the index: more than usually lie before the next. */
const EVENTS_PER_READ = 512;

/**
 * Adds a page's entries to the index that leads from an instant to a position. Which events it holds follows from
 * their hashes, so that it is the same however the log was cut into pages.
 */
export async function addTimeIndexEntries(
  page: readonly EventWithoutMetadata[],
  transaction: QueryRunner,
): Promise<void> {
  const indexed = page.filter(({ hash }) => INDEXED_HASH.test(hash));
  if (indexed.length === 0) return;
  await transaction.query(
    'insert into statistics_time_index (position, stored_at) select * from unnest($1::bigint[], $2::timestamptz[])',
    [indexed.map((event) => String(event.position)), indexed.map(({ storedAt }) => storedAt)],
  );
}

/**
 * The last position stored by an instant, on the store's clock (design 3), and not after the checkpoint. The index
 * leads near it; the events of the log after that entry decide.
 */
export async function positionAt(
  instant: Date,
  checkpoint: Position,
  { store, reader }: Readonly<{ store: EventStore; reader: EntityManager }>,
): Promise<Position> {
  let last = await lastIndexedBy(instant, reader);
  for (;;) {
    let events = 0;
    for await (const event of store.readAll({ after: last, limit: EVENTS_PER_READ })) {
      if (event.position > checkpoint || Date.parse(event.storedAt) > instant.getTime()) return last;
      last = event.position;
      events += 1;
    }
    if (events < EVENTS_PER_READ) return last;
  }
}

async function lastIndexedBy(instant: Date, reader: EntityManager): Promise<Position> {
  const [entry] = await reader.query<{ position: string }[]>(
    'select position from statistics_time_index where stored_at <= $1 order by position desc limit 1',
    [instant.toISOString()],
  );
  return entry === undefined ? START : position(entry.position);
}
