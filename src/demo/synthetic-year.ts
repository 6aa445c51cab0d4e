import { inBeing, type Authority } from '../authorities/authority.js';
import type { CaseHistory } from '../complaints/import/case-history.js';
import { periodOf, reportingYear } from '../statistics/rates/reporting-year.js';
import { referenceCounter, syntheticCases } from './synthetic-cases.js';
import { syntheticFigures } from './synthetic-figures.js';

export const SYNTHETIC_YEAR = reportingYear('2019-20');
export const SYNTHETIC_LABEL = 'Synthetic 2019-20: real councils, invented cases';

/**
 * An invented 2019-20 of every council in being: the figures of the three letters that are whole, type
 * averages as printed, all else drawn. The same cases on every run and machine.
 */
export function* syntheticYear(register: readonly Authority[]): Generator<CaseHistory> {
  const period = periodOf(SYNTHETIC_YEAR);
  const councils = register
    .filter((authority) => inBeing(authority, period))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const nextReference = referenceCounter();
  for (const [code, figures] of syntheticFigures(councils)) {
    yield* syntheticCases(code, figures, nextReference);
  }
}
