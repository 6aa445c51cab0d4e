import type { z } from 'zod';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { ComplianceCheckedSchema } from './compliance-check.events.js';

const { result, actionOn, checkedOn, evidence } = ComplianceCheckedSchema.shape;
/** The body that records a check: the schema of its event, with words for the reader of the documentation. */
export const CheckComplianceBody = ComplianceCheckedSchema.omit({ recommendation: true })
  .extend({
    result: result.describe('Whether the council did what was recommended, on time or late.'),
    actionOn: actionOn.describe(
      'Calendar date (UK) on which the council acted: late is judged by it. Required with complied.',
    ),
    checkedOn: checkedOn.describe('Calendar date (UK) of the check; it dates the compliance outcome.'),
    evidence: evidence.describe('What the check rests on.'),
  })
  .meta({
    description: 'A check of what the council did about a recommendation.',
    examples: [{ result: 'complied', actionOn: '2019-12-20', checkedOn: '2020-01-08' }],
  })
  .register(apiSchemas, { id: 'CheckCompliance' });

/** Such a body, read. */
export type CheckComplianceBody = z.output<typeof CheckComplianceBody>;
