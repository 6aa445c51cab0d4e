import type { NotFound } from '../platform/errors.js';
import { apiSchemas } from '../platform/http/api-schemas.js';
import { CaseReferenceSchema } from './case-reference.js';
import { complaintNotFound } from './complaint.refusals.js';
import { RecommendationIdSchema } from './recommendation/recommendation.events.js';
import { recommendationNotFound } from './recommendation/recommendation.refusals.js';

/** The `{reference}` of an address. */
export const ReferenceParameter = CaseReferenceSchema.describe(
  'The case number: eight digits, with or without the printed spaces.',
).register(apiSchemas, { id: 'CaseReference' });

/** The `{recommendation}` of an address. */
export const RecommendationParameter = RecommendationIdSchema.describe(
  'The id of a recommendation, unique within its complaint.',
).register(apiSchemas, { id: 'RecommendationId' });

/** The parameters that addresses under `/v1/complaints` have: what validates each, and what answers its absence. */
export const PATH_PARAMETERS = {
  reference: { schema: ReferenceParameter, names: 'complaint', notFound: complaintNotFound('19007429') },
  recommendation: {
    schema: RecommendationParameter,
    names: 'recommendation',
    notFound: recommendationNotFound('r9', '19007429'),
  },
} satisfies Record<string, { schema: unknown; names: string; notFound: NotFound }>;

/** The name of such a parameter. */
export type PathParameter = keyof typeof PATH_PARAMETERS;
