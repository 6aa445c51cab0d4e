import { z } from 'zod';
import { boundedText } from '../../platform/bounded-text.js';
import { LocalDateSchema } from '../../platform/local-date.js';
import { RecommendationIdSchema } from '../recommendation/recommendation.events.js';

/** Whether the council did what was recommended, on time or late. */
export const CheckResultSchema = z.enum(['complied', 'not-complied']);

/** Data of ComplianceChecked. */
export const ComplianceCheckedSchema = z.strictObject({
  recommendation: RecommendationIdSchema,
  result: CheckResultSchema,
  /** The day the council acted. Lateness is judged by it, not by the day evidence arrived. */
  actionOn: LocalDateSchema.optional(),
  checkedOn: LocalDateSchema,
  evidence: boundedText(2000).optional(),
});

/** Events of the compliance checks of a case. */
export const complianceCheckEventSchemas = { ComplianceChecked: ComplianceCheckedSchema };
