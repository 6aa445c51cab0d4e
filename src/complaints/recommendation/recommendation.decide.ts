import { refuseBy, type Refuse } from '../../platform/refusals.js';
import type { ComplaintEvent, DataOf } from '../complaint.events.js';
import type { Complaint } from '../complaint.state.js';
import { recommendationRefusals } from './recommendation.refusals.js';

/** Makes a recommendation on an upheld case. It is numbered unless it comes with an id, as imported ones do. */
export type MakeRecommendation = {
  readonly type: 'MakeRecommendation';
  readonly recommendation?: string | undefined;
} & Omit<DataOf<'RecommendationMade'>, 'recommendation'>;

/** Recommendations one case may have, so that a whole imported case fits one append (design 3). */
export const MAX_RECOMMENDATIONS = 50;

const refuse: Refuse<typeof recommendationRefusals.MakeRecommendation> = refuseBy(
  recommendationRefusals.MakeRecommendation,
);

/** Makes a recommendation. @throws DomainRefusal */
export function makeRecommendation(
  { decision, recommendations }: Complaint,
  { type: _, recommendation, ...made }: MakeRecommendation,
): ComplaintEvent[] {
  if (decision?.outcome !== 'upheld') refuse('not-upheld');
  if (made.dueOn < decision.decidedOn) refuse('due-before-decision', made.dueOn, decision.decidedOn);
  if (recommendations.length >= MAX_RECOMMENDATIONS) refuse('too-many-recommendations', MAX_RECOMMENDATIONS);
  const taken = new Set(recommendations.map((other) => other.recommendation));
  if (recommendation !== undefined && taken.has(recommendation)) {
    refuse('recommendation-in-use', recommendation);
  }
  return [{ type: 'RecommendationMade', data: { recommendation: recommendation ?? nextId(taken), ...made } }];
}

function nextId(taken: ReadonlySet<string>): string {
  let number = taken.size + 1;
  while (taken.has(`r${number}`)) number += 1;
  return `r${number}`;
}
