import type { DataOf } from '../complaint.events.js';
import type { Complaint } from '../complaint.state.js';

/** The complaint with one more recommendation, which has no checks. */
export function withRecommendation(complaint: Complaint, made: DataOf<'RecommendationMade'>): Complaint {
  return { ...complaint, recommendations: [...complaint.recommendations, { ...made, checks: [] }] };
}
