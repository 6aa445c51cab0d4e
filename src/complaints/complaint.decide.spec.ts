import {
  BLABY,
  checked,
  day,
  decided,
  found,
  given,
  received,
  recommended,
  REFERENCE,
  upheldWith,
} from '../../test/support/complaints.js';
import { DomainRefusal, NotFound } from '../platform/errors.js';
import { MAX_CHECKS, MAX_RECOMMENDATIONS, type ComplaintCommand } from './complaint.decide.js';
import type { ComplaintEvent } from './complaint.events.js';

type Of<Type extends ComplaintCommand['type']> = Extract<ComplaintCommand, { type: Type }>;

const receive = (over: Partial<Of<'ReceiveComplaint'>> = {}): ComplaintCommand => ({
  type: 'ReceiveComplaint',
  reference: REFERENCE,
  authority: BLABY.code,
  subject: 'Housing',
  receivedOn: day('2019-05-01'),
  ...over,
});
const decideUpheld = (over: Partial<Of<'RecordDecision'>> = {}): ComplaintCommand => ({
  type: 'RecordDecision',
  outcome: 'upheld',
  decidedOn: day('2019-09-02'),
  finding: { injustice: true, remedy: 'recommended' },
  ...over,
});
const recommend = (over: Partial<Of<'MakeRecommendation'>> = {}): ComplaintCommand => ({
  type: 'MakeRecommendation',
  kind: 'personal',
  category: 'Apology',
  text: 'Apologise.',
  dueOn: day('2019-12-02'),
  ...over,
});
const check = (over: Partial<Of<'CheckCompliance'>> = {}): ComplaintCommand => ({
  type: 'CheckCompliance',
  recommendation: 'r1',
  result: 'complied',
  actionOn: day('2019-11-30'),
  checkedOn: day('2020-01-10'),
  ...over,
});

function refusalOf(run: () => unknown): { code: string; field: string | undefined } {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainRefusal) return { code: error.code, field: error.field };
    throw error;
  }
  throw new Error('was not refused');
}

describe('receiving a complaint', () => {
  it('records what came in', () => {
    expect(given([]).when(receive())).toEqual([received()]);
  });

  it('changes nothing when the same complaint comes again', () => {
    expect(given([received(), decided('not-upheld')]).when(receive())).toEqual([]);
  });

  it.each([
    ['subject', { subject: 'Planning' }],
    ['date', { receivedOn: day('2019-05-02') }],
    ['authority', { authority: 'E10000034' as typeof BLABY.code }],
  ])('refuses a reference used twice with another %s', (_, over) => {
    expect(refusalOf(() => given([received()]).when(receive(over)))).toEqual({
      code: 'reference-in-use',
      field: 'reference',
    });
  });

  it('refuses an authority that is not in the register', () => {
    expect(refusalOf(() => given([], { authority: null }).when(receive()))).toEqual({
      code: 'unknown-authority',
      field: 'authority',
    });
  });

  it('refuses a complaint received tomorrow, and takes one received today', () => {
    const refused = refusalOf(() => given([]).when(receive({ receivedOn: day('2020-04-21') })));
    expect(refused).toEqual({ code: 'received-in-the-future', field: 'receivedOn' });
    expect(given([]).when(receive({ receivedOn: day('2020-04-20') }))).toHaveLength(1);
  });

  it('refuses a complaint received before there was an ombudsman, and takes one of the first day', () => {
    for (const receivedOn of ['1974-03-31', '0219-10-02']) {
      const refused = refusalOf(() => given([]).when(receive({ receivedOn: day(receivedOn) })));
      expect(refused).toEqual({ code: 'received-before-the-ombudsman', field: 'receivedOn' });
    }
    expect(given([]).when(receive({ receivedOn: day('1974-04-01') }))).toHaveLength(1);
  });
});

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

  it('refuses a finding without upheld', () => {
    const command = decideUpheld({ outcome: 'not-upheld' });
    expect(refusalOf(() => given([received()]).when(command))).toEqual({
      code: 'finding-without-upheld',
      field: 'finding',
    });
  });

  it('refuses upheld without a finding', () => {
    const command = decideUpheld({ finding: undefined });
    expect(refusalOf(() => given([received()]).when(command))).toEqual({
      code: 'finding-required',
      field: 'finding',
    });
  });

  it('refuses a case nobody received', () => {
    expect(() => given([]).when(decideUpheld())).toThrow(NotFound);
  });

  it('refuses a second decision on a decided case, even the same one', () => {
    const history = [received(), decided('upheld'), found()];
    expect(refusalOf(() => given(history).when(decideUpheld())).code).toBe('already-decided');
  });

  it('refuses a decision before the complaint was received, and takes one on that day', () => {
    const early = decideUpheld({ decidedOn: day('2019-04-30') });
    expect(refusalOf(() => given([received()]).when(early))).toEqual({
      code: 'decided-before-received',
      field: 'decidedOn',
    });
    expect(given([received()]).when(decideUpheld({ decidedOn: day('2019-05-01') }))).toHaveLength(2);
  });

  it('refuses a decision tomorrow, and takes one today', () => {
    const late = decideUpheld({ decidedOn: day('2020-04-21') });
    expect(refusalOf(() => given([received()]).when(late)).code).toBe('decided-in-the-future');
    expect(given([received()]).when(decideUpheld({ decidedOn: day('2020-04-20') }))).toHaveLength(2);
  });

  it('refuses a decision before the council began, and takes one on its first day', () => {
    const authority = { ...BLABY, existsFrom: day('2019-09-03') };
    expect(refusalOf(() => given([received()], { authority }).when(decideUpheld()))).toEqual({
      code: 'decided-before-authority-began',
      field: 'decidedOn',
    });
    const onFirstDay = decideUpheld({ decidedOn: day('2019-09-03') });
    expect(given([received()], { authority }).when(onFirstDay)).toHaveLength(2);
  });

  it('takes a decision dated after the council was abolished', () => {
    const authority = { ...BLABY, abolishedOn: day('2019-06-01') };
    expect(given([received()], { authority }).when(decideUpheld())).toHaveLength(2);
  });

  it('refuses a decision for a council that is not in the register', () => {
    const refused = refusalOf(() => given([received()], { authority: null }).when(decideUpheld()));
    expect(refused.code).toBe('unknown-authority');
  });
});

describe('making a recommendation', () => {
  it('numbers recommendations within the complaint', () => {
    const first = given(upheldWith(0)).when(recommend());
    expect(first).toEqual([recommended('r1')]);
    expect(given([...upheldWith(0), ...first]).when(recommend())).toEqual([recommended('r2')]);
  });

  it('does not give out a number that an import took', () => {
    const history: ComplaintEvent[] = [...upheldWith(0), recommended('r2')];
    expect(given(history).when(recommend())).toEqual([recommended('r3')]);
  });

  it.each([
    ['undecided', [received()]],
    ['not upheld', [received(), decided('not-upheld')]],
    ['closed', [received(), decided('closed-after-initial-enquiries')]],
  ])('refuses a recommendation on a case that is %s', (_, history) => {
    expect(refusalOf(() => given(history).when(recommend())).code).toBe('not-upheld');
  });

  it('refuses a due date before the decision, and takes the day of the decision', () => {
    const early = recommend({ dueOn: day('2019-09-01') });
    expect(refusalOf(() => given(upheldWith(0)).when(early))).toEqual({
      code: 'due-before-decision',
      field: 'dueOn',
    });
    expect(given(upheldWith(0)).when(recommend({ dueOn: day('2019-09-02') }))).toHaveLength(1);
  });

  it('refuses an id the case uses already', () => {
    const again = recommend({ recommendation: 'r1' });
    expect(refusalOf(() => given(upheldWith(1)).when(again))).toEqual({
      code: 'recommendation-in-use',
      field: 'recommendation',
    });
  });

  it(`refuses more than ${MAX_RECOMMENDATIONS} on one case`, () => {
    const refused = refusalOf(() => given(upheldWith(MAX_RECOMMENDATIONS)).when(recommend()));
    expect(refused.code).toBe('too-many-recommendations');
    expect(given(upheldWith(MAX_RECOMMENDATIONS - 1)).when(recommend())).toHaveLength(1);
  });
});

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

  it.each([
    [
      'dated before the decision',
      { checkedOn: day('2019-09-01'), actionOn: day('2019-08-01') },
      'checked-before-decision',
      'checkedOn',
    ],
    ['dated in the future', { checkedOn: day('2020-04-21') }, 'checked-in-the-future', 'checkedOn'],
    ['that complied without an action date', { actionOn: undefined }, 'action-date-required', 'actionOn'],
    ['with an action after it', { actionOn: day('2020-01-11') }, 'acted-after-check', 'actionOn'],
  ])('refuses a check %s', (_, over, code, field) => {
    expect(refusalOf(() => given(upheldWith(1)).when(check(over)))).toEqual({ code, field });
  });

  it('takes a check on the day of the decision, and one today', () => {
    const dayOfDecision = check({ checkedOn: day('2019-09-02'), actionOn: day('2019-09-02') });
    expect(given(upheldWith(1)).when(dayOfDecision)).toHaveLength(1);
    expect(given(upheldWith(1)).when(check({ checkedOn: day('2020-04-20') }))).toHaveLength(1);
  });

  it('lets a later check cure a not-complied', () => {
    const history = [...upheldWith(1), checked('r1', null, '2020-01-10')];
    expect(given(history).when(check({ checkedOn: day('2020-01-10') }))).toHaveLength(1);
  });

  it('refuses a cure checked before the not-complied', () => {
    const history = [...upheldWith(1), checked('r1', null, '2020-01-10')];
    const refused = refusalOf(() => given(history).when(check({ checkedOn: day('2020-01-09') })));
    expect(refused).toEqual({ code: 'checked-before-earlier-check', field: 'checkedOn' });
  });

  it('refuses any further check once the council complied', () => {
    const history = [...upheldWith(1), checked('r1', '2019-11-30')];
    const worse = check({ result: 'not-complied', actionOn: undefined, checkedOn: day('2020-02-01') });
    expect(refusalOf(() => given(history).when(worse)).code).toBe('already-complied');
    expect(refusalOf(() => given(history).when(check())).code).toBe('already-complied');
  });

  it(`refuses more than ${MAX_CHECKS} checks on one recommendation`, () => {
    const unmet = Array.from({ length: MAX_CHECKS }, () => checked('r1', null));
    expect(refusalOf(() => given([...upheldWith(1), ...unmet]).when(check())).code).toBe('too-many-checks');
    expect(given([...upheldWith(1), ...unmet.slice(1)]).when(check())).toHaveLength(1);
  });
});
