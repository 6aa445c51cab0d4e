import type { QueryRunner } from 'typeorm';
import type { Complaint } from '../../complaints/complaint.js';
import type { EventWithoutMetadata } from '../../event-store/event-store.js';
import type { Position } from '../../event-store/position.js';
import { bigintArray, integerArray, jsonArray, textArray } from '../../platform/postgres/binary-array.js';
import type { StateTable, Step } from '../../projections/stream-fold.js';
import type { Change } from '../rates/tally.js';

/** A change with the event and the case that led to it. */
export type PlacedChange = Change & Readonly<{ position: Position; reference: string }>;

/** A table that keeps every version of its documents, so that any position can be asked for. */
export function versionsTable<State>(table: string, key: string, column: string): StateTable<State> {
  return {
    async read(ids, transaction) {
      if (ids.length === 0) return new Map();
      const rows = (await transaction.query(
        `select distinct on (${key}) ${key} as id, ${column} as state from ${table}
         where ${key} = any($1) order by ${key}, position desc`,
        [textArray(ids)],
      )) as { id: string; state: State }[];
      return new Map(rows.map(({ id, state }) => [id, state]));
    },
    async write(steps, transaction) {
      await transaction.query(
        `insert into ${table} (${key}, position, ${column})
         select * from unnest($1::text[], $2::bigint[], $3::json[])`,
        [
          textArray(steps.map(({ id }) => id)),
          bigintArray(steps.map(({ position }) => position)),
          jsonArray(steps.map(({ after }) => JSON.stringify(after))),
        ],
      );
    },
  };
}

/** The cases as they stand. */
export function casesTable(): StateTable<Complaint> {
  return {
    async read(references, transaction) {
      if (references.length === 0) return new Map();
      const rows = (await transaction.query(
        'select reference as id, complaint as state from statistics_case where reference = any($1)',
        [textArray(references)],
      )) as { id: string; state: Complaint }[];
      return new Map(rows.map(({ id, state }) => [id, state]));
    },
    async write(steps: readonly Step<Complaint>[], transaction) {
      const last = new Map(steps.map(({ id, after }) => [id, after]));
      await transaction.query(
        `insert into statistics_case (reference, complaint)
         select * from unnest($1::text[], $2::json[])
         on conflict (reference) do update set complaint = excluded.complaint`,
        [textArray([...last.keys()]), jsonArray([...last.values()].map((state) => JSON.stringify(state)))],
      );
    },
  };
}

/** Keeps what each event changed in the counts: the basis of any figure as at an earlier position. */
export async function addChanges(changes: readonly PlacedChange[], transaction: QueryRunner): Promise<void> {
  if (changes.length === 0) return;
  await transaction.query(
    `insert into statistics_change (year, position, authority, measure, delta, reference)
     select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::text[])`,
    [
      textArray(changes.map(({ year }) => year)),
      bigintArray(changes.map(({ position }) => position)),
      textArray(changes.map(({ authority }) => authority)),
      textArray(changes.map(({ measure }) => measure)),
      integerArray(changes.map(({ delta }) => delta)),
      textArray(changes.map(({ reference }) => reference)),
    ],
  );
}

/** Moves the present counts by the page's changes. */
export async function addToTally(changes: readonly Change[], transaction: QueryRunner): Promise<void> {
  const moves = new Map<string, { -readonly [field in keyof Change]: Change[field] }>();
  for (const { year, authority, measure, delta } of changes) {
    const key = `${year} ${authority} ${measure}`;
    const move = moves.get(key);
    if (move === undefined) moves.set(key, { year, authority, measure, delta });
    else move.delta += delta;
  }
  // Also by nothing: which counts there are must not hang on how the log was cut into pages.
  const moved = [...moves.values()];
  if (moved.length === 0) return;
  await transaction.query(
    `insert into statistics_tally (year, authority, measure, count)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::integer[])
     on conflict (year, authority, measure) do update set count = statistics_tally.count + excluded.count`,
    [
      moved.map(({ year }) => year),
      moved.map(({ authority }) => authority),
      moved.map(({ measure }) => measure),
      moved.map(({ delta }) => delta),
    ],
  );
}

/** One event in so many is a milestone. */
const MILESTONE = /^00/;

/**
 * Notes a place of the log now and then, and when it was stored: the way from an instant to a position. Which
 * events are noted follows from their hashes, about one in 256, and not from how the log was cut into pages.
 */
export async function addTimeIndexEntries(
  page: readonly EventWithoutMetadata[],
  transaction: QueryRunner,
): Promise<void> {
  const milestones = page.filter(({ hash }) => MILESTONE.test(hash));
  if (milestones.length === 0) return;
  await transaction.query(
    'insert into statistics_page (position, stored_at) select * from unnest($1::bigint[], $2::timestamptz[])',
    [milestones.map(({ position }) => String(position)), milestones.map(({ storedAt }) => storedAt)],
  );
}
