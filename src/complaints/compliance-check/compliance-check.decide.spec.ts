import {
  checked,
  day,
  describeRefusals,
  given,
  refusalOf,
  upheldWith,
} from '../../../test/support/complaints.js';
import { NotFound } from '../../platform/errors.js';
import { MAX_CHECKS, type CheckCompliance } from './compliance-check.decide.js';

const check = (over: Partial<CheckCompliance> = {}): CheckCompliance => ({
  type: 'CheckCompliance',
  recommendation: 'r1',
  result: 'complied',
  actionOn: day('2019-11-30'),
  checkedOn: day('2020-01-10'),
  ...over,
});

const complied = [...upheldWith(1), checked('r1', '2019-11-30')];
const notComplied = [...upheldWith(1), checked('r1', null, '2020-01-10')];
const unmet = (checks: number) => [
  ...upheldWith(1),
  ...Array.from({ length: checks }, () => checked('r1', null)),
];

describe('checking compliance', () => {
  it('records that the council complied, with the day it acted', () => {
    expect(given(upheldWith(1)).when(check())).toEqual([checked('r1', '2019-11-30')]);
  });

  it('takes an action before the decision', () => {
    expect(given(upheldWith(1)).when(check({ actionOn: day('2019-08-01') }))).toHaveLength(1);
  });

  it('refuses a recommendation the case does not have', () => {
    expect(() => given(upheldWith(1)).when(check({ recommendation: 'r2' }))).toThrow(NotFound);
  });

  it('takes a check on the day of the decision, and one today', () => {
    const dayOfDecision = check({ checkedOn: day('2019-09-02'), actionOn: day('2019-09-02') });
    expect(given(upheldWith(1)).when(dayOfDecision)).toHaveLength(1);
    expect(given(upheldWith(1)).when(check({ checkedOn: day('2020-04-20') }))).toHaveLength(1);
  });

  it('lets a later check cure a not-complied, and one of the same day', () => {
    expect(given(notComplied).when(check({ checkedOn: day('2020-01-10') }))).toHaveLength(1);
    expect(given(notComplied).when(check({ checkedOn: day('2020-01-11') }))).toHaveLength(1);
  });

  it('refuses any further check once the council complied', () => {
    const worse = check({ result: 'not-complied', actionOn: undefined, checkedOn: day('2020-02-01') });
    for (const command of [worse, check()]) {
      expect(refusalOf(() => given(complied).when(command)).code).toBe('already-complied');
    }
  });

  it(`takes ${MAX_CHECKS} checks on one recommendation`, () => {
    expect(given(unmet(MAX_CHECKS - 1)).when(check())).toHaveLength(1);
  });
});

describeRefusals('CheckCompliance', {
  'checked-before-decision': {
    field: 'checkedOn',
    when: () =>
      given(upheldWith(1)).when(check({ checkedOn: day('2019-09-01'), actionOn: day('2019-08-01') })),
  },
  'checked-in-the-future': {
    field: 'checkedOn',
    when: () => given(upheldWith(1)).when(check({ checkedOn: day('2020-04-21') })),
  },
  'action-date-required': {
    field: 'actionOn',
    when: () => given(upheldWith(1)).when(check({ actionOn: undefined })),
  },
  'acted-after-check': {
    field: 'actionOn',
    when: () => given(upheldWith(1)).when(check({ actionOn: day('2020-01-11') })),
  },
  'already-complied': {
    when: () => given(complied).when(check()),
  },
  'checked-before-earlier-check': {
    field: 'checkedOn',
    when: () => given(notComplied).when(check({ checkedOn: day('2020-01-09') })),
  },
  'too-many-checks': {
    when: () => given(unmet(MAX_CHECKS)).when(check()),
  },
});
