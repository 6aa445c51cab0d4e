import { daysAfter, localDate, LocalDateSchema, longDate, ukDateOf } from './local-date.js';

describe('a local date', () => {
  it.each(['2019-02-29', '2019-13-01', '2019-00-10', '2019-4-1', '01/04/2019', '2019-04-01T00:00:00Z', ''])(
    'refuses %s',
    (text) => {
      expect(LocalDateSchema.safeParse(text).success).toBe(false);
      expect(() => localDate(text)).toThrow(RangeError);
    },
  );

  it('accepts the leap day of a leap year', () => {
    expect(localDate('2020-02-29')).toBe('2020-02-29');
  });

  it('is the date in the United Kingdom, which in summer changes an hour before midnight UTC', () => {
    expect(ukDateOf(new Date('2020-03-31T23:30:00Z'))).toBe('2020-04-01');
    expect(ukDateOf(new Date('2020-12-31T23:30:00Z'))).toBe('2020-12-31');
  });

  it('is printed as in the letters', () => {
    expect(longDate(localDate('2019-04-01'))).toBe('1 April 2019');
    expect(longDate(localDate('2020-03-31'))).toBe('31 March 2020');
  });

  it('counts days across month ends, leap days and clock changes', () => {
    expect(daysAfter(localDate('2020-02-28'), 2)).toBe('2020-03-01');
    expect(daysAfter(localDate('2020-03-30'), -1)).toBe('2020-03-29');
    expect(daysAfter(localDate('2019-04-01'), 365)).toBe('2020-03-31');
  });
});
