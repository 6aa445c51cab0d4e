import type { ComplaintEvent } from './complaint.events.js';
import type { Complaint } from './complaint.state.js';
import { withCheck } from './compliance-check/compliance-check.js';
import { withDecision, withFinding } from './decision/decision.js';
import { received } from './receipt/receipt.js';
import { withRecommendation } from './recommendation/recommendation.js';

/**
 * The complaint after one more event; `null` before the first. It folds every history that `decide` can produce.
 * @throws Error for any other history, which is damaged.
 */
export function evolve(complaint: Complaint | null, event: ComplaintEvent): Complaint {
  if (event.type === 'ComplaintReceived') return received(event.data);
  if (complaint === null) throw new Error(`a complaint's history cannot begin with ${event.type}`);
  switch (event.type) {
    case 'DecisionRecorded':
      return withDecision(complaint, event.data);
    case 'FindingUpheld':
      return withFinding(complaint, event.data);
    case 'RecommendationMade':
      return withRecommendation(complaint, event.data);
    case 'ComplianceChecked':
      return withCheck(complaint, event.data);
    default:
      return event satisfies never;
  }
}
