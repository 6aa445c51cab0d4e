import fc from 'fast-check';
import { AuthorityCodeSchema, type AuthorityCode } from '../../src/authorities/authority-code.js';
import type { AuthorityType } from '../../src/authorities/authority-type.js';
import type { Authority } from '../../src/authorities/authority.js';
import {
  annualStatistics,
  authorityStatistics,
  peersOf,
} from '../../src/statistics/rates/annual-statistics.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import type { AuthorityStatistics, YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { EMPTY_TALLY, MEASURES, type Tally } from '../../src/statistics/rates/tally.js';

export const YEAR = reportingYear('2019-20');
export const BASIS = { position: '7', snapshot: null, synthetic: false };

/** The code of a council by its number: E00000001 of 1. */
export const code = (number: number): AuthorityCode =>
  AuthorityCodeSchema.parse(`E${String(number).padStart(8, '0')}`);

/** A council in being, by default. */
export function council(
  number: number,
  type: AuthorityType = 'district',
  over: Partial<Authority> = {},
): Authority {
  const named = { code: code(number), name: `Council ${number}`, type };
  return { ...named, existsFrom: null, abolishedOn: null, successors: [], ...over };
}

/** Councils, each with its counts that are not 0. */
export type Councils = readonly (readonly [Authority, Partial<Tally>])[];

/** Their tallies by code. */
export const talliesOf = (councils: Councils): Map<AuthorityCode, Tally> =>
  new Map(councils.map(([authority, tally]) => [authority.code, { ...EMPTY_TALLY, ...tally }]));

/** The statistics of all councils. */
export function statisticsOf(councils: Councils): YearStatistics {
  const authorities = councils.map(([authority]) => authority);
  return annualStatistics({ year: YEAR, authorities, tallies: talliesOf(councils), basis: BASIS });
}

/** The statistics of one council, derived from it and its peers. */
export function statisticsOfOne(number: number, councils: Councils): AuthorityStatistics | null {
  const peers = peersOf(
    councils.map(([authority]) => authority),
    code(number),
  );
  const tallies = talliesOf(councils.filter(([authority]) => peers.includes(authority)));
  return authorityStatistics({ code: code(number), year: YEAR, peers, tallies, basis: BASIS });
}

/** Any counts that reconcile. */
export const anyTally = fc
  .tuple(...MEASURES.map(() => fc.nat({ max: 50 })))
  .map((counts) => Object.fromEntries(MEASURES.map((measure, index) => [measure, counts[index]])) as Tally)
  .map((own): Tally => ({
    ...own,
    'satisfactory-remedy': own['satisfactory-remedy'] % (own.upheld + 1),
  }));
export const anyType = fc.constantFrom<AuthorityType>(
  'county',
  'district',
  'unitary',
  'london-borough',
  'other',
);
