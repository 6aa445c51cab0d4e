import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import type { Authority } from '../../src/authorities/authority.js';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { decide, type Circumstances, type ComplaintCommand } from '../../src/complaints/complaint.decide.js';
import type { ComplaintEvent } from '../../src/complaints/complaint.events.js';
import { evolve, type Complaint } from '../../src/complaints/complaint.js';
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
  authority: BLABY,
};

type Data<Type extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: Type }>['data'];

export const received = (over: Partial<Data<'ComplaintReceived'>> = {}): ComplaintEvent => ({
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
  outcome: Data<'DecisionRecorded'>['outcome'],
  decidedOn = '2019-09-02',
): ComplaintEvent => ({ type: 'DecisionRecorded', data: { outcome, decidedOn: day(decidedOn) } });

export const found = (remedy: Data<'FindingUpheld'>['remedy'] = 'recommended'): ComplaintEvent => ({
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

/** The complaint that a history tells. */
export function complaint(history: readonly ComplaintEvent[]): Complaint {
  const state = history.reduce<Complaint | null>(evolve, null);
  if (state === null) throw new Error('an empty history tells of no complaint');
  return state;
}

/** `given(history).when(command)` answers the events that follow, or throws the refusal. */
export function given(history: readonly ComplaintEvent[], over: Partial<Circumstances> = {}) {
  return {
    when: (command: ComplaintCommand): ComplaintEvent[] =>
      decide(history.reduce<Complaint | null>(evolve, null), command, { ...CIRCUMSTANCES, ...over }),
  };
}
