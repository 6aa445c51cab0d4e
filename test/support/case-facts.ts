import type { CaseFacts } from '../../src/complaints/case-facts.js';
import type { Complaint } from '../../src/complaints/complaint.state.js';

/** The facts that count, picked from the whole complaint. `evolveCaseFacts` must compute the same without the text. */
export function factsOf({ authority, decision, recommendations }: Complaint): CaseFacts {
  return {
    authority,
    decision: decision && {
      outcome: decision.outcome,
      decidedOn: decision.decidedOn,
      remedy: decision.finding?.remedy ?? null,
    },
    recommendations: recommendations.map(({ recommendation, dueOn, checks }) => ({
      recommendation,
      dueOn,
      checks: checks.map(({ result, actionOn, checkedOn }) => ({ result, actionOn, checkedOn })),
    })),
  };
}
