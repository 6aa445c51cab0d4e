import fc from 'fast-check';
import { checked, complaint, upheldWith } from '../../test/support/complaints.js';
import type { ComplaintEvent } from './complaint.events.js';
import { complianceOutcome } from './compliance-outcome.js';

const outcomeOf = (...history: ComplaintEvent[]) => complianceOutcome(complaint(history).recommendations);

describe('the compliance outcome of a case', () => {
  it('does not exist for a case without recommendations', () => {
    expect(outcomeOf(...upheldWith(0))).toBeNull();
  });

  it('does not exist while one recommendation is unchecked', () => {
    expect(outcomeOf(...upheldWith(2), checked('r1', '2019-11-01'))).toBeNull();
    expect(outcomeOf(...upheldWith(2), checked('r1', null))).toBeNull();
  });

  it('is complied when the council acted on the due date', () => {
    expect(outcomeOf(...upheldWith(1), checked('r1', '2019-12-02'))?.outcome).toBe('complied');
  });

  it('is complied late when the council acted the day after', () => {
    expect(outcomeOf(...upheldWith(1), checked('r1', '2019-12-03'))?.outcome).toBe('complied-late');
  });

  it('is judged by the day the council acted, not by the day evidence arrived', () => {
    expect(outcomeOf(...upheldWith(1), checked('r1', '2019-12-01', '2020-03-31'))?.outcome).toBe('complied');
  });

  it('is not complied when any recommendation is unmet, late ones or not', () => {
    const history = [...upheldWith(2), checked('r1', '2019-12-20'), checked('r2', null)];
    expect(outcomeOf(...history)?.outcome).toBe('not-complied');
  });

  it('is complied late when any recommendation was met late and none is unmet', () => {
    const history = [...upheldWith(2), checked('r1', '2019-12-20'), checked('r2', '2019-11-01')];
    expect(outcomeOf(...history)?.outcome).toBe('complied-late');
  });

  it('has the latest check date, in whatever order the checks were entered', () => {
    const history = upheldWith(2);
    const early = checked('r1', '2019-11-01', '2020-01-10');
    const late = checked('r2', '2019-11-01', '2020-04-02');
    expect(outcomeOf(...history, early, late)?.on).toBe('2020-04-02');
    expect(outcomeOf(...history, late, early)?.on).toBe('2020-04-02');
  });

  it('turns from not complied to complied late when it is cured, and takes the date of the cure', () => {
    const unmet = [...upheldWith(1), checked('r1', null, '2020-01-10')];
    expect(outcomeOf(...unmet)).toMatchObject({ outcome: 'not-complied', on: '2020-01-10' });
    expect(outcomeOf(...unmet, checked('r1', '2020-04-01', '2020-04-05'))).toMatchObject({
      outcome: 'complied-late',
      on: '2020-04-05',
    });
  });

  it('is the same for every order in which checks of different recommendations are entered', () => {
    const checks = fc
      .array(
        fc.record({
          acted: fc.constantFrom(null, '2019-11-01', '2019-12-02', '2019-12-03'),
          on: fc.constantFrom('2020-01-10', '2020-02-10', '2020-04-10'),
        }),
        { minLength: 1, maxLength: 6 },
      )
      .map((list) => list.map(({ acted, on }, index) => checked(`r${index + 1}`, acted, on)));
    const shuffled = checks.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const history = upheldWith(one.length);
        expect(outcomeOf(...history, ...other)).toEqual(outcomeOf(...history, ...one));
      }),
    );
  });
});
