import fc from 'fast-check';
import { factsOf } from '../../test/support/case-facts.js';
import { BLABY, checked, day, REFERENCE, upheldWith } from '../../test/support/complaints.js';
import { evolveCaseFacts, type CaseFacts } from './case-facts.js';
import { DECISION_OUTCOMES, type ComplaintEvent } from './complaint.events.js';
import { evolve } from './complaint.js';
import type { Complaint } from './complaint.state.js';

/** Stands in every text of a generated event. */
const MARK = 'marked';

const anyDay = fc.integer({ min: 10, max: 28 }).map((number) => day(`2020-01-${number}`));
const anyId = fc.constantFrom('r1', 'r2', 'r3');
const anyText = fc.string({ maxLength: 5 }).map((text) => `${MARK} ${text}`);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const anyReceived = fc.record({
  type: fc.constant('ComplaintReceived' as const),
  data: fc.record({
    reference: fc.constant(REFERENCE),
    authority: fc.constant(BLABY.code),
    subject: anyText,
    receivedOn: anyDay,
  }),
});
const anyLaterEvent: fc.Arbitrary<ComplaintEvent> = fc.oneof(
  fc.record({
    type: fc.constant('DecisionRecorded' as const),
    data: fc.record({
      outcome: fc.constantFrom(...DECISION_OUTCOMES),
      reason: maybe(anyText),
      decidedOn: anyDay,
    }),
  }),
  fc.record({
    type: fc.constant('FindingUpheld' as const),
    data: fc.record({
      injustice: fc.boolean(),
      remedy: fc.constantFrom('none' as const, 'recommended' as const, 'already-provided' as const),
      summary: maybe(anyText),
    }),
  }),
  fc.record({
    type: fc.constant('RecommendationMade' as const),
    data: fc.record({
      recommendation: anyId,
      kind: fc.constantFrom('personal' as const, 'service-improvement' as const),
      category: anyText,
      text: anyText,
      dueOn: anyDay,
    }),
  }),
  fc.record({
    type: fc.constant('ComplianceChecked' as const),
    data: fc.record({
      recommendation: anyId,
      result: fc.constantFrom('complied' as const, 'not-complied' as const),
      actionOn: maybe(anyDay),
      checkedOn: anyDay,
      evidence: maybe(anyText),
    }),
  }),
);
const anyHistory = fc
  .tuple(anyReceived, fc.array(anyLaterEvent, { maxLength: 30 }))
  .map(([first, others]): readonly ComplaintEvent[] => [first, ...others]);
/** In any order, as `decide` would never produce it. */
const anySequence: fc.Arbitrary<readonly ComplaintEvent[]> = fc.array(fc.oneof(anyReceived, anyLaterEvent), {
  minLength: 1,
  maxLength: 30,
});

function foldedFacts(events: readonly ComplaintEvent[]): CaseFacts | null {
  return events.reduce<CaseFacts | null>(evolveCaseFacts, null);
}

function factsOfFoldedComplaint(events: readonly ComplaintEvent[]): CaseFacts | null {
  const complaint = events.reduce<Complaint | null>(evolve, null);
  return complaint && factsOf(complaint);
}

/** What the work returns, or the message of what it throws. */
function resultOf<Result>(work: () => Result): Result | string {
  try {
    return work();
  } catch (error) {
    return String(error);
  }
}

describe('the facts of a case', () => {
  it('are those of the whole complaint, and refuse what it refuses, for any sequence of events', () => {
    fc.assert(
      fc.property(fc.oneof(anyHistory, anySequence), (events) => {
        expect(resultOf(() => foldedFacts(events))).toEqual(resultOf(() => factsOfFoldedComplaint(events)));
      }),
      { numRuns: 500 },
    );
  });

  it('hold no text of the case', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const facts = resultOf(() => foldedFacts(events));
        expect(JSON.stringify(events)).toContain(MARK);
        expect(JSON.stringify(facts)).not.toContain(MARK);
      }),
    );
  });

  it('are the same when an event is folded onto stored facts', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const stored = resultOf(() =>
          events.reduce<CaseFacts | null>((facts, event) => {
            const text = JSON.stringify(evolveCaseFacts(facts, event));
            return JSON.parse(text) as CaseFacts;
          }, null),
        );
        expect(JSON.stringify(stored)).toBe(JSON.stringify(resultOf(() => foldedFacts(events))));
      }),
    );
  });

  it('are the dates and codes of its decision, recommendations and checks', () => {
    const history = [...upheldWith(2), checked('r1', null, '2020-01-10'), checked('r1', '2019-11-01')];
    expect(foldedFacts(history)).toEqual({
      authority: BLABY.code,
      decision: { outcome: 'upheld', decidedOn: '2019-09-02', remedy: 'recommended' },
      recommendations: [
        {
          recommendation: 'r1',
          dueOn: '2019-12-02',
          checks: [
            { result: 'not-complied', checkedOn: '2020-01-10' },
            { result: 'complied', actionOn: '2019-11-01', checkedOn: '2020-01-10' },
          ],
        },
        { recommendation: 'r2', dueOn: '2019-12-02', checks: [] },
      ],
    });
  });
});
