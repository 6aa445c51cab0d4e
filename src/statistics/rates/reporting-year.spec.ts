import fc from 'fast-check';
import { daysAfter, localDate } from '../../platform/local-date.js';
import { periodOf, reportingYear, ReportingYearSchema, reportingYearOf } from './reporting-year.js';

describe('a reporting year', () => {
  it('ends on 31 March and begins on 1 April', () => {
    expect(reportingYearOf(localDate('2020-03-31'))).toBe('2019-20');
    expect(reportingYearOf(localDate('2020-04-01'))).toBe('2020-21');
    expect(periodOf(reportingYear('2019-20'))).toEqual({ from: '2019-04-01', to: '2020-03-31' });
  });

  it('has the label 1999-00 at the turn of the century', () => {
    expect(reportingYearOf(localDate('1999-12-31'))).toBe('1999-00');
  });

  it('has no label before the year 1000, and is refused there', () => {
    expect(reportingYearOf(localDate('1000-04-01'))).toBe('1000-01');
    expect(() => reportingYearOf(localDate('1000-03-31'))).toThrow(RangeError);
  });

  it.each(['2019', '2019-2020', '2019-21', '2019-19', '19-20', '2019/20', ''])(
    'refuses the label %s',
    (label) => {
      expect(ReportingYearSchema.safeParse(label).success).toBe(false);
    },
  );

  it('holds exactly the days from its first to its last', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40_000, max: 40_000 }), (days) => {
        const date = daysAfter(localDate('2019-04-01'), days);
        const { from, to } = periodOf(reportingYearOf(date));
        expect(from <= date && date <= to).toBe(true);
      }),
    );
  });
});
