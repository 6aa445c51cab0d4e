import { DomainRefusal } from '../platform/errors.js';
import { reportingRulesFor } from './reporting-rules.js';
import { reportingYear } from '../statistics/rates/reporting-year.js';

describe('the reporting rules of a year', () => {
  it('date the letters of 2019-20 to 22 July 2020 and publish them a week later', () => {
    expect(reportingRulesFor(reportingYear('2019-20'))).toMatchObject({
      id: 'letter-2019-20@1',
      year: '2019-20',
      subjectYear: '2020',
      letterDate: '2020-07-22',
      publicationDate: '2020-07-29',
      delivery: 'By email',
    });
  });

  it('have the three blocks of 2019-20 in the order of the letters', () => {
    const { blocks } = reportingRulesFor(reportingYear('2019-20'));
    expect(blocks.map((block) => [block.rate, block.heading])).toEqual([
      ['upheld', 'Complaints upheld'],
      ['compliance', 'Compliance with Ombudsman recommendations'],
      ['satisfactoryRemedies', 'Satisfactory remedies provided by the authority'],
    ]);
  });

  it('are refused for a year that has none, naming the years that have them', () => {
    const find = () => reportingRulesFor(reportingYear('2031-32'));
    expect(find).toThrow(DomainRefusal);
    expect(find).toThrow('no letters can be written for 2031-32: there are reporting rules for 2019-20 only');
  });
});
