import type { QueryRunner } from 'typeorm';
import type { Position } from '../../event-store/position.js';
import { bigintArray, integerArray, textArray } from '../../platform/postgres/binary-array.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import type { Contribution } from '../rates/tally.js';
import type { PlacedChange } from './statistics.tables.js';

/** Changes of a year from one milestone to the next: an earlier figure is one milestone and fewer than so many changes. */
export const CHANGES_PER_SNAPSHOT = 8_192;

type Count = Pick<Contribution, 'authority' | 'measure'> & { count: number };
type MilestoneCount = Readonly<Count & { year: ReportingYear; position: Position }>;

/** How many changes a year has. */
export type YearChanges = Readonly<{ year: ReportingYear; changes: number }>;

/** What a page adds: changes to years, and the counts of a year as they were at an event. */
export type PageSnapshots = Readonly<{ years: readonly YearChanges[]; counts: readonly MilestoneCount[] }>;

/** How many changes each year has had. */
export async function changesOfYears(transaction: QueryRunner): Promise<readonly YearChanges[]> {
  return (await transaction.query('select year, changes from statistics_year')) as YearChanges[];
}

/**
 * The counts of a year as they are after every so many of its changes. Which events are milestones follows from
 * the log alone, not from how it was cut into pages. To be called before the page moves the present counts.
 * @param before how many changes each year has had before the page.
 */
export async function snapshotsOf(
  changes: readonly PlacedChange[],
  before: readonly YearChanges[],
  every: number,
  transaction: QueryRunner,
): Promise<PageSnapshots> {
  const had = new Map(before.map((year) => [year.year, year.changes]));
  const years = byYear(changes);
  const counts: MilestoneCount[] = [];
  for (const [year, own] of years) {
    const places = placesOf(own, had.get(year) ?? 0, every);
    if (places.size > 0) counts.push(...countsAtPlaces(own, places, await presentCounts(year, transaction)));
  }
  return { years: [...years].map(([year, own]) => ({ year, changes: own.length })), counts };
}

/** Adds to how many changes each year has had. */
export async function addToYears(years: PageSnapshots['years'], transaction: QueryRunner): Promise<void> {
  if (years.length === 0) return;
  await transaction.query(
    `insert into statistics_year (year, changes) select * from unnest($1::text[], $2::integer[])
     on conflict (year) do update set changes = statistics_year.changes + excluded.changes`,
    [textArray(years.map(({ year }) => year)), integerArray(years.map(({ changes }) => changes))],
  );
}

/** Keeps the counts at a page's milestones. */
export async function addTallySnapshots(
  counts: PageSnapshots['counts'],
  transaction: QueryRunner,
): Promise<void> {
  if (counts.length === 0) return;
  await transaction.query(
    `insert into statistics_tally_milestone (year, position, authority, measure, count)
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

function byYear(changes: readonly PlacedChange[]): Map<ReportingYear, PlacedChange[]> {
  const years = new Map<ReportingYear, PlacedChange[]>();
  for (const change of changes) {
    const own = years.get(change.year);
    if (own === undefined) years.set(change.year, [change]);
    else own.push(change);
  }
  return years;
}

/** The events with which a year comes to have another so many changes. */
function placesOf(own: readonly PlacedChange[], before: number, every: number): Set<Position> {
  const places = new Set<Position>();
  for (let next = every - (before % every) - 1; next < own.length; next += every) {
    const change = own[next];
    if (change !== undefined) places.add(change.position);
  }
  return places;
}

async function presentCounts(year: ReportingYear, transaction: QueryRunner): Promise<Map<string, Count>> {
  const rows = (await transaction.query(
    'select authority, measure, count from statistics_tally where year = $1',
    [year],
  )) as Count[];
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** A milestone has all changes of its event. */
function countsAtPlaces(
  own: readonly PlacedChange[],
  places: ReadonlySet<Position>,
  counts: Map<string, Count>,
): MilestoneCount[] {
  const milestones: MilestoneCount[] = [];
  own.forEach(({ year, position, authority, measure, delta }, index) => {
    const key = keyOf({ authority, measure });
    const count = counts.get(key);
    if (count === undefined) counts.set(key, { authority, measure, count: delta });
    else count.count += delta;
    if (!places.has(position) || own[index + 1]?.position === position) return;
    for (const each of counts.values()) if (each.count !== 0) milestones.push({ ...each, year, position });
  });
  return milestones;
}

function keyOf({ authority, measure }: Pick<Contribution, 'authority' | 'measure'>): string {
  return `${authority} ${measure}`;
}
