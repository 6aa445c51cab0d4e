import {
  BLABY,
  day,
  decided,
  describeRefusals,
  found,
  given,
  received,
  refusalOf,
} from '../../../test/support/complaints.js';
import { NotFound } from '../../platform/errors.js';
import type { RecordDecision } from './decision.decide.js';

const decideUpheld = (over: Partial<RecordDecision> = {}): RecordDecision => ({
  type: 'RecordDecision',
  outcome: 'upheld',
  decidedOn: day('2019-09-02'),
  finding: { injustice: true, remedy: 'recommended' },
  ...over,
});

/** A body that began on the day after the decision. */
const BEGAN_AFTER = { ...BLABY, existsFrom: day('2019-09-03') };

describe('recording a decision', () => {
  it('records an upheld decision and its finding together', () => {
    expect(given([received()]).when(decideUpheld())).toEqual([decided('upheld'), found()]);
  });

  it.each([
    'invalid-or-incomplete',
    'advice-given',
    'referred-back',
    'closed-after-initial-enquiries',
    'not-upheld',
  ] as const)('records the outcome %s without a finding', (outcome) => {
    const command = decideUpheld({ outcome, finding: undefined });
    expect(given([received()]).when(command)).toEqual([decided(outcome)]);
  });

  it('refuses a decision on a case that was not received', () => {
    expect(() => given([]).when(decideUpheld())).toThrow(NotFound);
  });

  it('refuses a second decision on a decided case, even the same one', () => {
    const history = [received(), decided('upheld'), found()];
    expect(refusalOf(() => given(history).when(decideUpheld())).code).toBe('already-decided');
  });

  it('takes a decision on the day the complaint was received, and one today', () => {
    for (const decidedOn of ['2019-05-01', '2020-04-20']) {
      expect(given([received()]).when(decideUpheld({ decidedOn: day(decidedOn) }))).toHaveLength(2);
    }
  });

  it('takes a decision on the first day of the council', () => {
    const onFirstDay = decideUpheld({ decidedOn: day('2019-09-03') });
    expect(given([received()], { authorities: [BEGAN_AFTER] }).when(onFirstDay)).toHaveLength(2);
  });

  it('takes a decision dated after the council was abolished', () => {
    const abolished = { ...BLABY, abolishedOn: day('2019-06-01') };
    expect(given([received()], { authorities: [abolished] }).when(decideUpheld())).toHaveLength(2);
  });
});

describeRefusals('RecordDecision', {
  'already-decided': {
    when: () => given([received(), decided('not-upheld')]).when(decideUpheld()),
  },
  'unknown-authority': {
    field: 'authority',
    when: () => given([received()], { authorities: [] }).when(decideUpheld()),
  },
  'decided-before-received': {
    field: 'decidedOn',
    when: () => given([received()]).when(decideUpheld({ decidedOn: day('2019-04-30') })),
  },
  'decided-before-authority-began': {
    field: 'decidedOn',
    when: () => given([received()], { authorities: [BEGAN_AFTER] }).when(decideUpheld()),
  },
  'decided-in-the-future': {
    field: 'decidedOn',
    when: () => given([received()]).when(decideUpheld({ decidedOn: day('2020-04-21') })),
  },
  'finding-required': {
    field: 'finding',
    when: () => given([received()]).when(decideUpheld({ finding: undefined })),
  },
  'finding-without-upheld': {
    field: 'finding',
    when: () => given([received()]).when(decideUpheld({ outcome: 'not-upheld' })),
  },
});
