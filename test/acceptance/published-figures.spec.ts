import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import type { DecisionOutcome } from '../../src/complaints/complaint.events.js';
import { annualStatistics } from '../../src/statistics/rates/annual-statistics.js';
import { percent } from '../../src/statistics/rates/percent.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { contributionsOf, EMPTY_TALLY, type Tally } from '../../src/statistics/rates/tally.js';
import { factsFor, type CaseCounts } from '../support/cases.js';
import { BLABY } from '../support/complaints.js';

type Row = Record<
  | 'authority'
  | 'council'
  | 'year'
  | 'decided_total'
  | 'investigations'
  | 'upheld'
  | 'upheld_pct'
  | 'compliance_outcomes'
  | 'compliance_pct'
  | 'sat_remedies'
  | 'sat_pct',
  string
>;

const ROWS = parse<Row>(readFileSync(new URL('./fixtures/published-figures.csv', import.meta.url)), {
  columns: true,
});

/** Decided cases that were not investigated, where the publication lists them. */
const OTHERS: Partial<Record<string, Partial<Record<DecisionOutcome, number>>>> = {
  'Bolsover DC': { 'invalid-or-incomplete': 2, 'closed-after-initial-enquiries': 8, 'referred-back': 2 },
  'Cornwall Council': { 'referred-back': 60, 'closed-after-initial-enquiries': 80 },
  'Cambridge City Council': { 'referred-back': 6, 'closed-after-initial-enquiries': 9 },
};

/** Late cases, where a letter mentions them. */
const LATE: Partial<Record<string, number>> = { 'Worcestershire CC': 3, 'Cheshire East Council': 3 };

function countsOf(row: Row): CaseCounts {
  const upheld = Number(row.upheld);
  const outcomes = Number(row.compliance_outcomes);
  const complied = row.compliance_pct === '' ? 0 : compliedOf(outcomes, Number(row.compliance_pct));
  const compliedLate = LATE[row.council] ?? 0;
  return {
    upheld,
    notUpheld: Number(row.investigations) - upheld,
    satisfactoryRemedies: Number(row.sat_remedies),
    complied: complied - compliedLate,
    compliedLate,
    notComplied: outcomes - complied,
    others: OTHERS[row.council] ?? {},
  };
}

/** The only count of complied cases that gives a published compliance rate; the count itself is not published. */
function compliedOf(outcomes: number, published: number): number {
  const candidates = Array.from({ length: outcomes + 1 }, (_, n) => n).filter(
    (n) => percent(n, outcomes) === published,
  );
  const [only, second] = candidates;
  if (only === undefined || second !== undefined)
    throw new Error(`${published}% of ${outcomes} is no single count`);
  return only;
}

function recomputed(row: Row) {
  const year = reportingYear(row.year);
  const code = AuthorityCodeSchema.parse(row.authority);
  const tally: Record<string, number> = { ...EMPTY_TALLY };
  for (const contribution of factsFor(code, year, countsOf(row)).flatMap(contributionsOf)) {
    if (contribution.year === year) tally[contribution.measure] = (tally[contribution.measure] ?? 0) + 1;
  }
  const statistics = annualStatistics({
    year,
    authorities: [{ ...BLABY, code }],
    tallies: new Map([[code, tally as Tally]]),
    basis: { position: '1', snapshot: null, synthetic: false },
  });
  const [own] = statistics.authorities;
  if (own === undefined) throw new Error('the council is not listed');
  return own;
}

/** A blank cell is a figure that was not published, or the rate of 0 cases. */
const published = (cell: string) => (cell === '' ? null : Number(cell));

describe('figures published for', () => {
  it.each(ROWS.map((row) => [row.council, row.year, row] as const))('%s %s recompute', (_, __, row) => {
    const own = recomputed(row);
    expect(own.upheld).toMatchObject({
      count: Number(row.upheld),
      of: Number(row.investigations),
      percent: published(row.upheld_pct),
    });
    if (row.compliance_outcomes !== '') {
      expect(own.compliance).toMatchObject({
        of: Number(row.compliance_outcomes),
        percent: published(row.compliance_pct),
        late: LATE[row.council] ?? 0,
      });
    }
    if (row.sat_remedies !== '') {
      expect(own.satisfactoryRemedies).toMatchObject({
        count: Number(row.sat_remedies),
        of: Number(row.upheld),
        percent: published(row.sat_pct),
      });
    }
    if (row.decided_total !== '' && row.council in OTHERS) {
      const decided = Object.values(own.decided).reduce((sum, count) => sum + count, 0);
      expect(decided).toBe(Number(row.decided_total));
    }
  });

  it('all thirteen councils are tested', () => {
    expect(ROWS).toHaveLength(13);
  });
});
