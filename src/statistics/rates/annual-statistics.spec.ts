import fc from 'fast-check';
import { AuthorityCodeSchema, type AuthorityCode } from '../../authorities/authority-code.js';
import type { AuthorityType } from '../../authorities/authority-type.js';
import type { Authority } from '../../authorities/authority.js';
import { localDate } from '../../platform/local-date.js';
import { annualStatistics, authorityStatistics, peersOf } from './annual-statistics.js';
import { reconcileType } from './reconcile.js';
import { reportingYear } from './reporting-year.js';
import { EMPTY_TALLY, MEASURES, type Tally } from './tally.js';

const YEAR = reportingYear('2019-20');
const code = (number: number): AuthorityCode =>
  AuthorityCodeSchema.parse(`E${String(number).padStart(8, '0')}`);

function council(number: number, type: AuthorityType = 'district', over: Partial<Authority> = {}): Authority {
  const named = { code: code(number), name: `Council ${number}`, type };
  return { ...named, existsFrom: null, abolishedOn: null, successors: [], ...over };
}

type Councils = readonly (readonly [Authority, Partial<Tally>])[];

const talliesOf = (councils: Councils) =>
  new Map(councils.map(([authority, tally]) => [authority.code, { ...EMPTY_TALLY, ...tally }]));
const basis = { position: '7', snapshot: null, synthetic: false };

function statistics(councils: Councils) {
  const authorities = councils.map(([authority]) => authority);
  return annualStatistics({ year: YEAR, authorities, tallies: talliesOf(councils), basis });
}

/** One council's alone, as derived from it and its peers. */
function statisticsOf(number: number, councils: Councils) {
  const peers = peersOf(
    councils.map(([authority]) => authority),
    code(number),
  );
  const tallies = talliesOf(councils.filter(([authority]) => peers.includes(authority)));
  return authorityStatistics({ code: code(number), year: YEAR, peers, tallies, basis });
}

const anyTally = fc
  .tuple(...MEASURES.map(() => fc.nat({ max: 50 })))
  .map((counts) => Object.fromEntries(MEASURES.map((measure, index) => [measure, counts[index]])) as Tally)
  .map((own): Tally => ({
    ...own,
    'satisfactory-remedy': own['satisfactory-remedy'] % (own.upheld + 1),
  }));
const anyType = fc.constantFrom<AuthorityType>('county', 'district', 'unitary', 'london-borough', 'other');

describe('the rates of a council', () => {
  it('counts upheld decisions of detailed investigations, never of all decisions', () => {
    const [own] = statistics([
      [council(1), { upheld: 3, 'not-upheld': 1, 'referred-back': 50, 'advice-given': 9 }],
    ]).authorities;
    expect(own?.upheld).toMatchObject({ count: 3, of: 4, percent: 75 });
  });

  it('counts a late remedy as complied, and tells how many were late', () => {
    const [own] = statistics([
      [council(1), { complied: 8, 'complied-late': 3, 'not-complied': 1 }],
    ]).authorities;
    expect(own?.compliance).toMatchObject({ count: 11, of: 12, percent: 92, late: 3 });
  });

  it('counts satisfactory remedies of upheld cases, not of investigations', () => {
    const [own] = statistics([
      [council(1), { upheld: 19, 'not-upheld': 3, 'satisfactory-remedy': 3 }],
    ]).authorities;
    expect(own?.satisfactoryRemedies).toMatchObject({ count: 3, of: 19, percent: 16 });
  });

  it('has no rate at all for nothing of nothing, but 0% for none of some', () => {
    const [none, some] = statistics([
      [council(1), {}],
      [council(2), { 'not-upheld': 2 }],
    ]).authorities;
    expect(none?.upheld.percent).toBeNull();
    expect(some?.upheld).toMatchObject({ count: 0, of: 2, percent: 0 });
    expect(some?.satisfactoryRemedies.percent).toBeNull();
  });
});

describe('the average of similar authorities', () => {
  it('pools the cases of all councils of the type, the council itself included', () => {
    const { authorities } = statistics([
      [council(1), { upheld: 1 }],
      [council(2), { 'not-upheld': 3 }],
      [council(3, 'county'), { upheld: 9 }],
    ]);
    expect(authorities[0]?.upheld.average).toEqual({ count: 1, of: 4, percent: 25, authorities: 2 });
  });

  it('prints 100% while one county is at 92%', () => {
    const { authorities } = statistics([
      [council(1, 'county'), { complied: 11, 'not-complied': 1 }],
      [council(2, 'county'), { complied: 300 }],
    ]);
    expect(authorities[0]?.compliance.percent).toBe(92);
    expect(authorities[0]?.compliance.average?.percent).toBe(100);
  });

  it('does not exist for a body outside the five types, which is counted in the nation all the same', () => {
    const { authorities, types, national } = statistics([[council(1, 'other'), { upheld: 1 }]]);
    expect(authorities[0]?.upheld.average).toBeNull();
    expect(types.map(({ type }) => type)).toContain('other');
    expect(national.upheld.count).toBe(1);
  });
});

describe('the councils of a year', () => {
  it('are those in being on any day of it, first and last day included', () => {
    const listed = statistics([
      [council(1, 'district', { abolishedOn: localDate('2019-04-01') }), {}],
      [council(2, 'district', { abolishedOn: localDate('2019-04-02') }), {}],
      [council(3, 'district', { existsFrom: localDate('2020-03-31') }), {}],
      [council(4, 'district', { existsFrom: localDate('2020-04-01') }), {}],
    ]).authorities.map(({ authority }) => authority.code);
    expect(listed).toEqual([code(2), code(3)]);
  });

  it('are joined by an abolished council with a decision in the year', () => {
    const abolished = council(1, 'district', { abolishedOn: localDate('2018-04-01') });
    const { authorities, types } = statistics([[abolished, { upheld: 1, 'not-upheld': 1 }]]);
    expect(authorities[0]?.upheld).toMatchObject({ percent: 50, average: { authorities: 1 } });
    expect(types.find(({ type }) => type === 'district')?.authorities).toBe(1);
  });

  it('come in the order of their codes', () => {
    const { authorities } = statistics([
      [council(2), {}],
      [council(1), {}],
    ]);
    expect(authorities.map(({ authority }) => authority.code)).toEqual([code(1), code(2)]);
  });

  it('always add up to their types and to the nation', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyType, anyTally), { maxLength: 12 }), (drawn) => {
        const year = statistics(drawn.map(([of, own], index) => [council(index + 1, of), own]));
        const whole = drawn.reduce((sum, [, own]) => sum + own.upheld + own['not-upheld'], 0);
        expect(year.national.upheld.of).toBe(whole);
        expect(year.types.reduce((sum, group) => sum + group.upheld.of, 0)).toBe(whole);
      }),
    );
  });
});

describe('one council alone', () => {
  it('has the figures that it has among all', () => {
    const drawn = fc.array(fc.tuple(anyType, anyTally), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(drawn, (councils) => {
        const all = councils.map(([type, own], index) => [council(index + 1, type), own] as const);
        for (const own of statistics(all).authorities) {
          expect(statisticsOf(Number(own.authority.code.slice(1)), all)).toEqual(own);
        }
      }),
    );
  });

  it('has none in a year that does not list it, nor has one that the register does not know', () => {
    const abolished = council(1, 'district', { abolishedOn: localDate('2018-04-01') });
    const councils: Councils = [
      [abolished, {}],
      [council(2), { upheld: 1 }],
    ];
    expect(statisticsOf(1, councils)).toBeNull();
    expect(statisticsOf(3, councils)).toBeNull();
    expect(peersOf([abolished], code(3))).toEqual([]);
  });

  it('is compared with itself and all others of its type, in being or not', () => {
    const register = [
      council(1),
      council(2, 'county'),
      council(3, 'district', { abolishedOn: localDate('2018-04-01') }),
    ];
    expect(peersOf(register, code(3)).map((peer) => peer.code)).toEqual([code(1), code(3)]);
  });

  it('is refused where those of its type do not reconcile, or have cases of a body that is none of them', () => {
    const councils: Councils = [
      [council(1), { upheld: 1 }],
      [council(2), { upheld: 1, 'satisfactory-remedy': 2 }],
    ];
    expect(() => statisticsOf(1, councils)).toThrow('2 of 1');
    const stranger = { code: code(1), year: YEAR, peers: [council(1)], tallies: talliesOf(councils), basis };
    expect(() => authorityStatistics(stranger)).toThrow('E00000002 has cases');
  });
});

it('reconciles the councils of a type with their sum, count by count', () => {
  const { authorities, types } = statistics([
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
    ['a count below nothing', { upheld: 2, 'not-upheld': -1 }],
    ['half a case', { upheld: 0.5, 'not-upheld': 1 }],
  ])('are refused: %s', (_, tally) => {
    expect(() => statistics([[council(1), tally]])).toThrow();
  });

  it('are refused when cases stand under a council that the register does not have', () => {
    const record = {
      year: YEAR,
      authorities: [],
      tallies: new Map([[code(1), { ...EMPTY_TALLY, upheld: 1 }]]),
      basis,
    };
    expect(() => annualStatistics(record)).toThrow('E00000001');
  });
});
