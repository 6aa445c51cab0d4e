import { council, statisticsOf } from '../../../test/support/annual-statistics.js';

describe('the rates of a council', () => {
  it('count upheld decisions of detailed investigations, never of all decisions', () => {
    const [own] = statisticsOf([
      [council(1), { upheld: 3, 'not-upheld': 1, 'referred-back': 50, 'advice-given': 9 }],
    ]).authorities;
    expect(own?.upheld).toMatchObject({ count: 3, of: 4, percent: 75 });
  });

  it('count a late remedy as complied, and say how many were late', () => {
    const [own] = statisticsOf([
      [council(1), { complied: 8, 'complied-late': 3, 'not-complied': 1 }],
    ]).authorities;
    expect(own?.compliance).toMatchObject({ count: 11, of: 12, percent: 92, late: 3 });
  });

  it('count satisfactory remedies of upheld cases, not of investigations', () => {
    const [own] = statisticsOf([
      [council(1), { upheld: 19, 'not-upheld': 3, 'satisfactory-remedy': 3 }],
    ]).authorities;
    expect(own?.satisfactoryRemedies).toMatchObject({ count: 3, of: 19, percent: 16 });
  });

  it('are null for 0 of 0, and 0% for 0 of any other number', () => {
    const [none, some] = statisticsOf([
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
    const { authorities } = statisticsOf([
      [council(1), { upheld: 1 }],
      [council(2), { 'not-upheld': 3 }],
      [council(3, 'county'), { upheld: 9 }],
    ]);
    expect(authorities[0]?.upheld.average).toEqual({ count: 1, of: 4, percent: 25, authorities: 2 });
  });

  it('rounds to 100% although one county is at 92%', () => {
    const { authorities } = statisticsOf([
      [council(1, 'county'), { complied: 11, 'not-complied': 1 }],
      [council(2, 'county'), { complied: 300 }],
    ]);
    expect(authorities[0]?.compliance.percent).toBe(92);
    expect(authorities[0]?.compliance.average?.percent).toBe(100);
  });

  it('does not exist for a body outside the five types; the nation counts its cases all the same', () => {
    const { authorities, types, national } = statisticsOf([[council(1, 'other'), { upheld: 1 }]]);
    expect(authorities[0]?.upheld.average).toBeNull();
    expect(types.map(({ type }) => type)).toContain('other');
    expect(national.upheld.count).toBe(1);
  });
});
