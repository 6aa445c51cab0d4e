import type { AuthorityCode } from '../authorities/authority-code.js';
import type { ComplaintEvent, Remedy } from './complaint.events.js';

type DataOf<Type extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: Type }>['data'];

/** A decision without its reason and its finding's summary. */
type DecisionFacts = Pick<DataOf<'DecisionRecorded'>, 'outcome' | 'decidedOn'> &
  Readonly<{
    /** Of the finding; null where the case is not upheld. */
    remedy: Remedy | null;
  }>;

/** A check without its evidence. */
type CheckFacts = Pick<DataOf<'ComplianceChecked'>, 'result' | 'actionOn' | 'checkedOn'>;

/** A recommendation without its category and text. */
type RecommendationFacts = Pick<DataOf<'RecommendationMade'>, 'recommendation' | 'dueOn'> &
  Readonly<{
    /** In the order they were recorded. */
    checks: readonly CheckFacts[];
  }>;

/** The codes and dates of one case that the statistics count. It holds none of the case's text. */
export type CaseFacts = Readonly<{
  authority: AuthorityCode;
  decision: DecisionFacts | null;
  recommendations: readonly RecommendationFacts[];
}>;

/**
 * The facts after one more event; `null` before the first. They are always those of the complaint as `evolve` in
 * complaint.ts has it, and the same histories are refused as damaged.
 */
export function evolveCaseFacts(facts: CaseFacts | null, event: ComplaintEvent): CaseFacts {
  if (event.type === 'ComplaintReceived') {
    return { authority: event.data.authority, decision: null, recommendations: [] };
  }
  if (facts === null) throw new Error(`a complaint's history cannot begin with ${event.type}`);
  switch (event.type) {
    case 'DecisionRecorded': {
      const { outcome, decidedOn } = event.data;
      return { ...facts, decision: { outcome, decidedOn, remedy: null } };
    }
    case 'FindingUpheld':
      if (facts.decision === null) throw new Error('a finding without a decision');
      return { ...facts, decision: { ...facts.decision, remedy: event.data.remedy } };
    case 'RecommendationMade': {
      const { recommendation, dueOn } = event.data;
      return { ...facts, recommendations: [...facts.recommendations, { recommendation, dueOn, checks: [] }] };
    }
    case 'ComplianceChecked': {
      const { recommendation: id, result, actionOn, checkedOn } = event.data;
      return {
        ...facts,
        recommendations: facts.recommendations.map((made) =>
          made.recommendation === id
            ? { ...made, checks: [...made.checks, { result, actionOn, checkedOn }] }
            : made,
        ),
      };
    }
    default:
      return event satisfies never;
  }
}
