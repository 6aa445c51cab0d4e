import {
  BLABY,
  REDDITCH,
  RULES_2019_20,
  WORCESTERSHIRE,
  statisticsOf,
} from '../../../test/support/letters.js';
import { reportingYear } from '../../statistics/rates/reporting-year.js';
import { statisticsBlocks } from './statistics-blocks.js';

function wordsOf(council: typeof BLABY): string[][] {
  return statisticsBlocks(statisticsOf(council), RULES_2019_20).map(({ heading, lines }) => [
    heading,
    ...lines.map((line) => line.text),
  ]);
}

const NOTE =
  'Failure to comply with our recommendations is rare. An authority with a compliance rate below 100% should scrutinise those complaints where it failed to comply and identify any learning.';

describe('the statistics blocks of 2019-20', () => {
  it("are those of Blaby's letter to the word", () => {
    expect(wordsOf(BLABY)).toEqual([
      [
        'Complaints upheld',
        '75% of complaints we investigated were upheld.',
        'This compares to an average of 45% in similar authorities.',
        '3 upheld decisions',
        'Statistics are based on a total of 4 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      ],
      [
        'Compliance with Ombudsman recommendations',
        'In 100% of cases we were satisfied the authority had successfully implemented our recommendations.',
        'This compares to an average of 99% in similar authorities.',
        'Statistics are based on a total of 2 compliance outcomes for the period between 1 April 2019 to 31 March 2020',
        NOTE,
      ],
      [
        'Satisfactory remedies provided by the authority',
        'In 33% of upheld cases we found the authority had provided a satisfactory remedy before the complaint reached the Ombudsman.',
        'This compares to an average of 20% in similar authorities.',
        '1 satisfactory remedy decision',
        'Statistics are based on a total of 4 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      ],
    ]);
  });

  it("are those of Worcestershire's letter to the word, without its three late cases", () => {
    expect(wordsOf(WORCESTERSHIRE)).toEqual([
      [
        'Complaints upheld',
        '86% of complaints we investigated were upheld.',
        'This compares to an average of 66% in similar authorities.',
        '19 upheld decisions',
        'Statistics are based on a total of 22 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      ],
      [
        'Compliance with Ombudsman recommendations',
        'In 92% of cases we were satisfied the authority had successfully implemented our recommendations.',
        'This compares to an average of 100% in similar authorities.',
        'Statistics are based on a total of 12 compliance outcomes for the period between 1 April 2019 to 31 March 2020',
        NOTE,
      ],
      [
        'Satisfactory remedies provided by the authority',
        'In 16% of upheld cases we found the authority had provided a satisfactory remedy before the complaint reached the Ombudsman.',
        'This compares to an average of 9% in similar authorities.',
        '3 satisfactory remedy decisions',
        'Statistics are based on a total of 22 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      ],
    ]);
  });

  it("are the three sentences of Redditch's letter, without averages though its type has them", () => {
    expect(wordsOf(REDDITCH)).toEqual([
      ['Complaints upheld', 'The Ombudsman carried out no detailed investigations during this period'],
      [
        'Compliance with Ombudsman recommendations',
        'No recommendations were due for compliance in this period',
      ],
      [
        'Satisfactory remedies provided by the authority',
        'The Ombudsman did not uphold any detailed investigations during this period',
      ],
    ]);
    const blocks = statisticsBlocks(statisticsOf(REDDITCH), RULES_2019_20);
    expect(blocks.map((block) => block.doughnut)).toEqual([null, null, null]);
  });

  it('print 0% in the first block and a sentence in the third when nothing investigated was upheld', () => {
    const [upheld, , remedies] = wordsOf({ ...BLABY, upheld: [0, 5, 45], satisfactoryRemedies: [0, 0, 20] });
    expect(upheld).toEqual([
      'Complaints upheld',
      '0% of complaints we investigated were upheld.',
      'This compares to an average of 45% in similar authorities.',
      '0 upheld decisions',
      'Statistics are based on a total of 5 detailed investigations for the period between 1 April 2019 to 31 March 2020',
    ]);
    expect(remedies?.slice(1)).toEqual([
      'The Ombudsman did not uphold any detailed investigations during this period',
    ]);
  });

  it('have a compliance block in a year without investigations, and its note even at 100%', () => {
    const words = wordsOf({ ...REDDITCH, compliance: [1, 1, 99] });
    expect(words.map((block) => block.length)).toEqual([2, 5, 2]);
    expect(words[1]?.at(-1)).toBe(NOTE);
  });

  it('count one in the singular and none in the plural, and keep the plural of the base', () => {
    const one = wordsOf({
      ...BLABY,
      upheld: [1, 1, 45],
      compliance: [1, 1, 99],
      satisfactoryRemedies: [0, 1, 20],
    });
    expect(one.map((block) => block.slice(3))).toEqual([
      [
        '1 upheld decision',
        'Statistics are based on a total of 1 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      ],
      [
        'Statistics are based on a total of 1 compliance outcomes for the period between 1 April 2019 to 31 March 2020',
        NOTE,
      ],
      [
        '0 satisfactory remedy decisions',
        'Statistics are based on a total of 1 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      ],
    ]);
  });

  it('leave out only the average line where there is no average', () => {
    const without = {
      ...BLABY,
      upheld: [3, 4, null],
      compliance: [2, 2, null],
      satisfactoryRemedies: [1, 3, null],
    } as const;
    const withAverages = wordsOf(BLABY);
    expect(wordsOf(without)).toEqual(
      withAverages.map((block) => block.filter((line) => !line.startsWith('This compares'))),
    );
  });

  it('leave out the average line where no council of the type has a case', () => {
    const statistics = statisticsOf(BLABY);
    const average = { count: 0, of: 0, percent: null, authorities: 1 };
    const [upheld] = statisticsBlocks(
      { ...statistics, upheld: { ...statistics.upheld, average } },
      RULES_2019_20,
    );
    expect(upheld?.lines.map((line) => line.role)).toEqual(['rate', 'count', 'base']);
  });

  it('name the number of investigations in the third block, although its rate is of upheld cases', () => {
    const [, , remedies] = wordsOf({ ...BLABY, upheld: [2, 40, 45], satisfactoryRemedies: [1, 2, 20] });
    expect(remedies?.[1]).toMatch(/^In 50% of upheld cases/);
    expect(remedies?.at(-1)).toMatch(/a total of 40 detailed investigations/);
  });

  it('have a doughnut for each rate, with its label and text alternative', () => {
    const blocks = statisticsBlocks(statisticsOf(BLABY), RULES_2019_20);
    expect(blocks.map((block) => block.doughnut)).toEqual([
      { percent: 75, label: '75%', alternative: 'Doughnut chart. Complaints upheld: 75%.' },
      {
        percent: 100,
        label: '100%',
        alternative: 'Doughnut chart. Compliance with Ombudsman recommendations: 100%.',
      },
      {
        percent: 33,
        label: '33%',
        alternative: 'Doughnut chart. Satisfactory remedies provided by the authority: 33%.',
      },
    ]);
  });

  it('cannot be worded by the rules of another year', () => {
    const statistics = { ...statisticsOf(BLABY), year: reportingYear('2020-21') };
    expect(() => statisticsBlocks(statistics, RULES_2019_20)).toThrow(
      'statistics of 2020-21 cannot be worded by the rules of 2019-20',
    );
  });
});
