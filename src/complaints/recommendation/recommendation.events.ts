import { z } from 'zod';
import { boundedText } from '../../platform/bounded-text.js';
import { LocalDateSchema } from '../../platform/local-date.js';

/** The text of a personal remedy is never published; that of a service improvement is. */
export const RecommendationKindSchema = z.enum(['personal', 'service-improvement']);

/** The id of a recommendation, unique within its complaint. */
export const RecommendationIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, {
    error: 'must be 1 to 40 letters, digits, dots, dashes or underscores',
  })
  .meta({ example: 'r1' });

/** Data of RecommendationMade. */
export const RecommendationMadeSchema = z.strictObject({
  recommendation: RecommendationIdSchema,
  kind: RecommendationKindSchema,
  category: boundedText(200),
  text: boundedText(2000),
  dueOn: LocalDateSchema,
});

/** Events of the recommendations of a case. */
export const recommendationEventSchemas = { RecommendationMade: RecommendationMadeSchema };
