import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import type { CaseHistory } from '../../src/complaints/import/case-history.js';
import { BLABY, day, REFERENCE } from './complaints.js';

/** Locations in the three files of an import. */
export const inDecisions = (line: number) => ({ path: 'decisions.csv', line });
export const inRecommendations = (line: number) => ({ path: 'recommendations.csv', line });
export const inCompliance = (line: number) => ({ path: 'compliance.csv', line });

/** A recommendation due on 2 December 2019. */
export const recommendationRow = (
  recommendation: string,
  line: number,
): CaseHistory['recommendations'][number] => ({
  recommendation,
  kind: 'personal',
  category: 'Apology',
  text: 'Apologise.',
  dueOn: day('2019-12-02'),
  location: inRecommendations(line),
});

export const notCompliedRow = (line: number, checkedOn = '2020-01-10'): CaseHistory['checks'][number] => ({
  recommendation: 'r1',
  result: 'not-complied',
  checkedOn: day(checkedOn),
  location: inCompliance(line),
});

export const compliedRow = (line: number, checkedOn = '2020-03-10'): CaseHistory['checks'][number] => ({
  recommendation: 'r1',
  result: 'complied',
  actionOn: day('2020-01-20'),
  checkedOn: day(checkedOn),
  location: inCompliance(line),
});

/** An upheld case from three files, with recommendation r1. */
export const UPHELD_CASE: CaseHistory = {
  reference: REFERENCE,
  received: {
    authority: BLABY.code,
    subject: 'Housing',
    receivedOn: day('2019-05-01'),
    location: inDecisions(2),
  },
  decision: {
    outcome: 'upheld',
    decidedOn: day('2019-09-02'),
    finding: { injustice: true, remedy: 'recommended' },
    location: inDecisions(2),
  },
  recommendations: [recommendationRow('r1', 5)],
  checks: [],
};

/** An upheld case that came from no file, with recommendation r1; its reference is 19000000 plus the number. */
export function upheldCase(number: number, over: Partial<CaseHistory> = {}): CaseHistory {
  return {
    reference: CaseReferenceSchema.parse(String(19_000_000 + number)),
    received: { authority: BLABY.code, subject: 'Housing', receivedOn: day('2019-05-01') },
    decision: {
      outcome: 'upheld',
      decidedOn: day('2019-09-02'),
      finding: { injustice: true, remedy: 'recommended' },
    },
    recommendations: [
      {
        recommendation: 'r1',
        kind: 'personal',
        category: 'Apology',
        text: 'Apologise.',
        dueOn: day('2019-12-02'),
      },
    ],
    checks: [],
    ...over,
  };
}

/** Upheld cases with the numbers 0, 1, 2 and so on. */
export const upheldCases = (count: number, over: Partial<CaseHistory> = {}) =>
  Array.from({ length: count }, (_, index) => upheldCase(index, over));

/** A check that came from no file. */
export const notComplied = (
  recommendation: string,
  checkedOn = '2020-01-10',
): CaseHistory['checks'][number] => ({
  recommendation,
  result: 'not-complied',
  checkedOn: day(checkedOn),
});
