import { z } from 'zod';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { CheckComplianceBody } from '../compliance-check/compliance-check.bodies.js';
import { RecommendationParameter } from '../path-parameters.js';
import { MakeRecommendationBody } from './recommendation.bodies.js';

/** A recommendation in the examples of the documentation. */
export const RECOMMENDATION_EXAMPLE = {
  recommendation: 'r1',
  kind: 'service-improvement',
  category: 'Procedure',
  text: 'Review how objections to planning applications are recorded.',
  dueOn: '2020-01-02',
  checks: [{ result: 'complied', actionOn: '2019-12-20', checkedOn: '2020-01-08' }],
};

/** A recommendation with its checks, as the API answers it. */
export const RecommendationAnswerSchema = MakeRecommendationBody.extend({
  recommendation: RecommendationParameter,
  checks: z.array(CheckComplianceBody).describe('In the order they were recorded; the last one counts.'),
})
  .meta({ description: 'A recommendation with its checks.', examples: [RECOMMENDATION_EXAMPLE] })
  .register(apiSchemas, { id: 'Recommendation' });
