import { BASIS, code, council, statisticsOf, YEAR } from '../../../test/support/annual-statistics.js';
import { annualStatistics } from './annual-statistics.js';
import { reconcileType } from './reconcile.js';
import { EMPTY_TALLY, type Tally } from './tally.js';

it('reconciles the councils of a type with their sum, count by count', () => {
  const { authorities, types } = statisticsOf([
    [council(1), { upheld: 2, 'referred-back': 1, complied: 3 }],
    [council(2), { 'not-upheld': 1, complied: 1, 'complied-late': 1 }],
  ]);
  const pooled = types.find(({ type }) => type === 'district');
  if (pooled === undefined) throw new Error('there are districts');
  expect(() => {
    reconcileType(YEAR, authorities, pooled);
  }).not.toThrow();
  for (const wrong of [
    { decided: { ...pooled.decided, 'referred-back': 2 } },
    { compliance: { ...pooled.compliance, late: 0 } },
    { authorities: 3 },
  ]) {
    expect(() => {
      reconcileType(YEAR, authorities, { ...pooled, ...wrong });
    }).toThrow('do not reconcile');
  }
});

describe('figures that do not reconcile', () => {
  it.each<[string, Partial<Tally>]>([
    ['more satisfactory remedies than upheld cases', { upheld: 1, 'satisfactory-remedy': 2 }],
    ['a count below 0', { upheld: 2, 'not-upheld': -1 }],
    ['half a case', { upheld: 0.5, 'not-upheld': 1 }],
  ])('are refused: %s', (_, tally) => {
    expect(() => statisticsOf([[council(1), tally]])).toThrow();
  });

  it('are refused when there are cases of a council that the register does not have', () => {
    const unregistered = {
      year: YEAR,
      authorities: [],
      tallies: new Map([[code(1), { ...EMPTY_TALLY, upheld: 1 }]]),
      basis: BASIS,
    };
    expect(() => annualStatistics(unregistered)).toThrow('E00000001');
  });
});
