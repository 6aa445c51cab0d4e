import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { authoritiesByCode, type Authority } from '../../src/authorities/authority.js';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { decide } from '../../src/complaints/complaint.decide.js';
import type { Circumstances } from '../../src/complaints/complaint.state.js';
import type { ComplaintCommand } from '../../src/complaints/complaint.command.js';
import type { ComplaintEvent, DataOf } from '../../src/complaints/complaint.events.js';
import { evolve } from '../../src/complaints/complaint.js';
import type { Complaint } from '../../src/complaints/complaint.state.js';
import { complaintRefusals, type RefusalCode } from '../../src/complaints/complaint.refusals.js';
import { DomainRefusal } from '../../src/platform/errors.js';
import { localDate } from '../../src/platform/local-date.js';

export const day = localDate;
export const REFERENCE = CaseReferenceSchema.parse('19007429');
export const BLABY: Authority = {
  code: AuthorityCodeSchema.parse('E07000129'),
  name: 'Blaby District Council',
  type: 'district',
  existsFrom: null,
  abolishedOn: null,
  successors: [],
};

export const CIRCUMSTANCES: Circumstances = {
  reference: REFERENCE,
  today: day('2020-04-20'),
  authorities: authoritiesByCode([BLABY]),
};

export const received = (over: Partial<DataOf<'ComplaintReceived'>> = {}): ComplaintEvent => ({
  type: 'ComplaintReceived',
  data: {
    reference: REFERENCE,
    authority: BLABY.code,
    subject: 'Housing',
    receivedOn: day('2019-05-01'),
    ...over,
  },
});

export const decided = (
  outcome: DataOf<'DecisionRecorded'>['outcome'],
  decidedOn = '2019-09-02',
): ComplaintEvent => ({ type: 'DecisionRecorded', data: { outcome, decidedOn: day(decidedOn) } });

export const found = (remedy: DataOf<'FindingUpheld'>['remedy'] = 'recommended'): ComplaintEvent => ({
  type: 'FindingUpheld',
  data: { injustice: remedy !== 'none', remedy },
});

export const recommended = (recommendation = 'r1', dueOn = '2019-12-02'): ComplaintEvent => ({
  type: 'RecommendationMade',
  data: { recommendation, kind: 'personal', category: 'Apology', text: 'Apologise.', dueOn: day(dueOn) },
});

/** A check; `acted` is the day the council acted, none where it did not. */
export const checked = (
  recommendation: string,
  acted: string | null,
  checkedOn = '2020-01-10',
): ComplaintEvent => ({
  type: 'ComplianceChecked',
  data:
    acted === null
      ? { recommendation, result: 'not-complied', checkedOn: day(checkedOn) }
      : { recommendation, result: 'complied', actionOn: day(acted), checkedOn: day(checkedOn) },
});

/** An upheld case with recommendations r1 … rn, due on 2 December 2019. */
export const upheldWith = (recommendations: number): ComplaintEvent[] => [
  received(),
  decided('upheld'),
  found(),
  ...Array.from({ length: recommendations }, (_, index) => recommended(`r${index + 1}`)),
];

/** The complaint that a history leads to. */
export function complaint(history: readonly ComplaintEvent[]): Complaint {
  const state = history.reduce<Complaint | null>(evolve, null);
  if (state === null) throw new Error('an empty history has no complaint');
  return state;
}

/** `given(history).when(command)` returns the events that follow, or throws the refusal. */
export function given(
  history: readonly ComplaintEvent[],
  { authorities = [BLABY] }: Readonly<{ authorities?: readonly Authority[] }> = {},
) {
  const circumstances = { ...CIRCUMSTANCES, authorities: authoritiesByCode(authorities) };
  return {
    when: (command: ComplaintCommand): ComplaintEvent[] =>
      decide(history.reduce<Complaint | null>(evolve, null), command, circumstances),
  };
}

/** The code of a refusal, and the field it names. */
export function refusalOf(run: () => unknown): Readonly<{ code: string; field: string | undefined }> {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainRefusal) return { code: error.code, field: error.field };
    throw error;
  }
  throw new Error('was not refused');
}

/** For each code with which a command can be refused: the field it names, and a command that it refuses. */
type Refused<Type extends ComplaintCommand['type']> = Readonly<
  Record<RefusalCode<Type>, Readonly<{ field?: string; when: () => unknown }>>
>;

/** Declares a test for each rule of a command, and one that there is a test for each. */
export function describeRefusals<Type extends ComplaintCommand['type']>(
  type: Type,
  refused: Refused<Type>,
): void {
  const cases = Object.entries<Refused<Type>[RefusalCode<Type>]>(refused);

  describe(`the rules of ${type}`, () => {
    it.each(cases)('refuse with %s', (code, { field, when }) => {
      expect(refusalOf(when)).toEqual({ code, field });
    });

    it('are all tested', () => {
      expect(Object.keys(refused).toSorted()).toEqual(Object.keys(complaintRefusals[type]).toSorted());
    });
  });
}
