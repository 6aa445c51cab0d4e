import type { EntityManager } from 'typeorm';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import { position, START, type Position } from '../../event-store/position.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import { EMPTY_TALLY, type Tally } from '../rates/tally.js';

/** The tallies to read: those of one year, and of the bodies with these codes; of all bodies where they are null. */
type TallySelection = Readonly<{ year: ReportingYear; codes: readonly AuthorityCode[] | null }>;

/** A tally for each body that has cases. */
export type Tallies = ReadonlyMap<AuthorityCode, Tally>;

/** One body's counts other than 0. */
type TallyRow = { authority: AuthorityCode; counts: Partial<Tally> };

/** The tallies at the checkpoint. */
export async function presentTallies(
  { year, codes }: TallySelection,
  reader: EntityManager,
): Promise<Tallies> {
  const rows = await reader.query<TallyRow[]>(
    `select authority, json_object_agg(measure, count) as counts from statistics_tally
     where year = $1 and count <> 0 and ($2::text[] is null or authority = any($2)) group by authority`,
    [year, codes],
  );
  return talliesOf(rows);
}

/** The position of a year's last snapshot (tally-snapshots.ts) not after a position; START for none. */
export async function lastSnapshotBy(
  at: Position,
  year: ReportingYear,
  reader: EntityManager,
): Promise<Position> {
  const [snapshot] = await reader.query<{ position: string }[]>(
    `select position from statistics_tally_snapshot
     where year = $1 and position <= $2 order by position desc limit 1`,
    [year, String(at)],
  );
  return snapshot === undefined ? START : position(snapshot.position);
}

/** The tallies as at a position: those of the snapshot before it, and the changes since. */
export async function talliesAt(
  { at, snapshot }: Readonly<{ at: Position; snapshot: Position }>,
  { year, codes }: TallySelection,
  reader: EntityManager,
): Promise<Tallies> {
  const rows = await reader.query<TallyRow[]>(
    `select authority, json_object_agg(measure, count) as counts
     from (
       select authority, measure, sum(count) as count
       from (
         select authority, measure, count from statistics_tally_snapshot where year = $1 and position = $2
         union all
         select authority, measure, delta from statistics_change
         where year = $1 and position > $2 and position <= $3
       ) as part
       where $4::text[] is null or authority = any($4)
       group by authority, measure having sum(count) <> 0
     ) as tally
     group by authority`,
    [year, String(snapshot), String(at), codes],
  );
  return talliesOf(rows);
}

function talliesOf(rows: readonly TallyRow[]): Tallies {
  return new Map(rows.map(({ authority, counts }) => [authority, { ...EMPTY_TALLY, ...counts }]));
}
