import type { QueryRunner } from 'typeorm';
import type { CaseFacts } from '../../complaints/case-facts.js';
import type { Position } from '../../event-store/position.js';
import { bigintArray, integerArray, jsonArray, textArray } from '../../platform/postgres/binary-array.js';
import type { StateTable, Step } from '../../projections/stream-fold.js';
import type { Change } from '../rates/tally.js';

/** A change of a count, with its case and the position of the event that made it. */
export type CaseChange = Change & Readonly<{ position: Position; reference: string }>;

/** A table that keeps every version of its documents, so that they can be read as at any position. */
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

/** The present facts of each case. */
export function casesTable(): StateTable<CaseFacts> {
  return {
    async read(references, transaction) {
      if (references.length === 0) return new Map();
      const rows = (await transaction.query(
        'select reference as id, facts as state from statistics_case where reference = any($1)',
        [textArray(references)],
      )) as { id: string; state: CaseFacts }[];
      return new Map(rows.map(({ id, state }) => [id, state]));
    },
    async write(steps: readonly Step<CaseFacts>[], transaction) {
      const last = new Map(steps.map(({ id, after }) => [id, after]));
      await transaction.query(
        `insert into statistics_case (reference, facts)
         select * from unnest($1::text[], $2::json[])
         on conflict (reference) do update set facts = excluded.facts`,
        [textArray([...last.keys()]), jsonArray([...last.values()].map((facts) => JSON.stringify(facts)))],
      );
    },
  };
}

/** Adds a page's changes of counts, from which the counts as at an earlier position are summed. */
export async function addChanges(changes: readonly CaseChange[], transaction: QueryRunner): Promise<void> {
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

/** Adds a page's changes to the present counts. */
export async function addToTallies(changes: readonly Change[], transaction: QueryRunner): Promise<void> {
  const sums = new Map<string, { -readonly [field in keyof Change]: Change[field] }>();
  for (const { year, authority, measure, delta } of changes) {
    const key = `${year} ${authority} ${measure}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { year, authority, measure, delta });
    else sum.delta += delta;
  }
  // A sum of 0 is written too: which rows there are must not depend on how the log was cut into pages.
  const summed = [...sums.values()];
  if (summed.length === 0) return;
  await transaction.query(
    `insert into statistics_tally (year, authority, measure, count)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::integer[])
     on conflict (year, authority, measure) do update set count = statistics_tally.count + excluded.count`,
    [
      summed.map(({ year }) => year),
      summed.map(({ authority }) => authority),
      summed.map(({ measure }) => measure),
      summed.map(({ delta }) => delta),
    ],
  );
}
