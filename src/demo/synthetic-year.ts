import { inBeing, type Authority } from '../authorities/authority.js';
import type { CaseHistory } from '../complaints/import/case-history.js';
import { periodOf, reportingYear } from '../statistics/rates/reporting-year.js';
import { referenceCounter, syntheticCases } from './synthetic-cases.js';
import { syntheticCaseCounts } from './synthetic-case-counts.js';

export const SYNTHETIC_YEAR = reportingYear('2019-20');
export const SYNTHETIC_LABEL = 'Synthetic 2019-20: real councils, invented cases';

/**
 * Invented cases of 2019-20 for every council in being. Three councils have the figures of their letters, the type
 * averages come out as printed, and everything else is random, but the same in every run and on every machine.
 */
export function* syntheticYear(register: readonly Authority[]): Generator<CaseHistory> {
  const period = periodOf(SYNTHETIC_YEAR);
  const councils = register
    .filter((authority) => inBeing(authority, period))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const nextReference = referenceCounter();
  for (const [code, counts] of syntheticCaseCounts(councils)) {
    yield* syntheticCases(code, counts, nextReference);
  }
}
