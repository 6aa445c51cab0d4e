import fc from 'fast-check';
import {
  anyTally,
  anyType,
  BASIS,
  code,
  council,
  statisticsOf,
  statisticsOfOne,
  talliesOf,
  YEAR,
  type Councils,
} from '../../../test/support/annual-statistics.js';
import { localDate } from '../../platform/local-date.js';
import { authorityStatistics, peersOf } from './annual-statistics.js';

describe('the councils of a year', () => {
  it('are those in being on any day of it, first and last day included', () => {
    const listed = statisticsOf([
      [council(1, 'district', { abolishedOn: localDate('2019-04-01') }), {}],
      [council(2, 'district', { abolishedOn: localDate('2019-04-02') }), {}],
      [council(3, 'district', { existsFrom: localDate('2020-03-31') }), {}],
      [council(4, 'district', { existsFrom: localDate('2020-04-01') }), {}],
    ]).authorities.map(({ authority }) => authority.code);
    expect(listed).toEqual([code(2), code(3)]);
  });

  it('include an abolished council with a decision in the year', () => {
    const abolished = council(1, 'district', { abolishedOn: localDate('2018-04-01') });
    const { authorities, types } = statisticsOf([[abolished, { upheld: 1, 'not-upheld': 1 }]]);
    expect(authorities[0]?.upheld).toMatchObject({ percent: 50, average: { authorities: 1 } });
    expect(types.find(({ type }) => type === 'district')?.authorities).toBe(1);
  });

  it('are sorted by code', () => {
    const { authorities } = statisticsOf([
      [council(2), {}],
      [council(1), {}],
    ]);
    expect(authorities.map(({ authority }) => authority.code)).toEqual([code(1), code(2)]);
  });

  it('always add up to their types and to the nation', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyType, anyTally), { maxLength: 12 }), (drawn) => {
        const year = statisticsOf(drawn.map(([of, own], index) => [council(index + 1, of), own]));
        const whole = drawn.reduce((sum, [, own]) => sum + own.upheld + own['not-upheld'], 0);
        expect(year.national.upheld.of).toBe(whole);
        expect(year.types.reduce((sum, group) => sum + group.upheld.of, 0)).toBe(whole);
      }),
    );
  });
});

describe('one council alone', () => {
  it('has the same figures as in the statistics of all councils', () => {
    const drawn = fc.array(fc.tuple(anyType, anyTally), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(drawn, (councils) => {
        const all = councils.map(([type, own], index) => [council(index + 1, type), own] as const);
        for (const own of statisticsOf(all).authorities) {
          expect(statisticsOfOne(Number(own.authority.code.slice(1)), all)).toEqual(own);
        }
      }),
    );
  });

  it('has no statistics in a year that does not list it, nor when the register does not have it', () => {
    const abolished = council(1, 'district', { abolishedOn: localDate('2018-04-01') });
    const councils: Councils = [
      [abolished, {}],
      [council(2), { upheld: 1 }],
    ];
    expect(statisticsOfOne(1, councils)).toBeNull();
    expect(statisticsOfOne(3, councils)).toBeNull();
    expect(peersOf([abolished], code(3))).toEqual([]);
  });

  it('has as its peers all councils of its type, itself included, in being or not', () => {
    const register = [
      council(1),
      council(2, 'county'),
      council(3, 'district', { abolishedOn: localDate('2018-04-01') }),
    ];
    expect(peersOf(register, code(3)).map((peer) => peer.code)).toEqual([code(1), code(3)]);
  });

  it('is refused when the councils of its type do not reconcile, or when there are cases of a body outside the type', () => {
    const councils: Councils = [
      [council(1), { upheld: 1 }],
      [council(2), { upheld: 1, 'satisfactory-remedy': 2 }],
    ];
    expect(() => statisticsOfOne(1, councils)).toThrow('2 of 1');
    const stranger = {
      code: code(1),
      year: YEAR,
      peers: [council(1)],
      tallies: talliesOf(councils),
      basis: BASIS,
    };
    expect(() => authorityStatistics(stranger)).toThrow('E00000002 has cases');
  });
});
