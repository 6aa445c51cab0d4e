import type { QueryRunner } from 'typeorm';
import type { Position } from '../../event-store/position.js';
import { bigintArray, integerArray, textArray } from '../../platform/postgres/binary-array.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import type { Contribution } from '../rates/tally.js';
import type { CaseChange } from './statistics.tables.js';

/**
 * Changes of a year from one snapshot of its counts to the next. The counts as at an earlier position are summed from
 * one snapshot and fewer changes than this.
 */
export const CHANGES_PER_SNAPSHOT = 8_192;

type Count = Pick<Contribution, 'authority' | 'measure'> & { count: number };

/** One count of a snapshot: of a year, as at a position. */
type SnapshotCount = Readonly<Count & { year: ReportingYear; position: Position }>;

/** The number of changes in a year. */
export type YearChanges = Readonly<{ year: ReportingYear; changes: number }>;

/** What a page adds: to the number of changes in each year, and the counts of its snapshots. */
export type PageSnapshots = Readonly<{ years: readonly YearChanges[]; counts: readonly SnapshotCount[] }>;

/** The number of changes in each year so far. */
export async function changesByYear(transaction: QueryRunner): Promise<readonly YearChanges[]> {
  return (await transaction.query('select year, changes from statistics_year')) as YearChanges[];
}

/**
 * The snapshots that a page makes: the counts of a year after every `interval` of its changes. The events at which they
 * are made follow from the log alone, not from how it was cut into pages. Call it before the page's changes are added to
 * the present counts.
 * @param before the number of changes in each year before the page.
 * @param interval changes of a year from one snapshot to the next.
 */
export async function snapshotsOf(
  changes: readonly CaseChange[],
  before: readonly YearChanges[],
  interval: number,
  transaction: QueryRunner,
): Promise<PageSnapshots> {
  const changesBefore = new Map(before.map((year) => [year.year, year.changes]));
  const years = groupByYear(changes);
  const counts: SnapshotCount[] = [];
  for (const [year, changesOfYear] of years) {
    const positions = snapshotPositions(changesOfYear, changesBefore.get(year) ?? 0, interval);
    if (positions.size === 0) continue;
    counts.push(...countsAtPositions(changesOfYear, positions, await presentCounts(year, transaction)));
  }
  return { years: [...years].map(([year, { length }]) => ({ year, changes: length })), counts };
}

/** Adds a page's numbers of changes to those of the years. */
export async function addYearChanges(years: PageSnapshots['years'], transaction: QueryRunner): Promise<void> {
  if (years.length === 0) return;
  await transaction.query(
    `insert into statistics_year (year, changes) select * from unnest($1::text[], $2::integer[])
     on conflict (year) do update set changes = statistics_year.changes + excluded.changes`,
    [textArray(years.map(({ year }) => year)), integerArray(years.map(({ changes }) => changes))],
  );
}

/** Adds the counts of a page's snapshots. */
export async function addTallySnapshots(
  counts: PageSnapshots['counts'],
  transaction: QueryRunner,
): Promise<void> {
  if (counts.length === 0) return;
  await transaction.query(
    `insert into statistics_tally_snapshot (year, position, authority, measure, count)
     select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::integer[])`,
    [
      textArray(counts.map(({ year }) => year)),
      bigintArray(counts.map(({ position }) => position)),
      textArray(counts.map(({ authority }) => authority)),
      textArray(counts.map(({ measure }) => measure)),
      integerArray(counts.map(({ count }) => count)),
    ],
  );
}

function groupByYear(changes: readonly CaseChange[]): Map<ReportingYear, CaseChange[]> {
  const years = new Map<ReportingYear, CaseChange[]>();
  for (const change of changes) {
    const changesOfYear = years.get(change.year);
    if (changesOfYear === undefined) years.set(change.year, [change]);
    else changesOfYear.push(change);
  }
  return years;
}

/** The positions of the events with which the number of a year's changes reaches a multiple of the interval. */
function snapshotPositions(
  changes: readonly CaseChange[],
  changesBefore: number,
  interval: number,
): Set<Position> {
  const positions = new Set<Position>();
  for (let next = interval - (changesBefore % interval) - 1; next < changes.length; next += interval) {
    const change = changes[next];
    if (change !== undefined) positions.add(change.position);
  }
  return positions;
}

async function presentCounts(year: ReportingYear, transaction: QueryRunner): Promise<Map<string, Count>> {
  const rows = (await transaction.query(
    'select authority, measure, count from statistics_tally where year = $1',
    [year],
  )) as Count[];
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** The counts at each of the positions, after all changes of the event there. */
function countsAtPositions(
  changes: readonly CaseChange[],
  positions: ReadonlySet<Position>,
  counts: Map<string, Count>,
): SnapshotCount[] {
  const snapshots: SnapshotCount[] = [];
  changes.forEach(({ year, position, authority, measure, delta }, index) => {
    const key = keyOf({ authority, measure });
    const count = counts.get(key);
    if (count === undefined) counts.set(key, { authority, measure, count: delta });
    else count.count += delta;
    if (!positions.has(position) || changes[index + 1]?.position === position) return;
    for (const each of counts.values()) if (each.count !== 0) snapshots.push({ ...each, year, position });
  });
  return snapshots;
}

function keyOf({ authority, measure }: Pick<Contribution, 'authority' | 'measure'>): string {
  return `${authority} ${measure}`;
}
