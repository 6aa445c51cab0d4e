import { z } from 'zod';
import { apiSchemas } from '../platform/http/api-schemas.js';
import { LocalDateSchema } from '../platform/local-date.js';
import { printedReference } from './case-reference.js';
import { ComplaintPosition, ComplaintRevision } from './command-answers.js';
import type { CurrentComplaint } from './complaint.queries.js';
import { complianceOutcome, type ComplianceOutcome } from './compliance-outcome.js';
import { FindingBody, RecordDecisionBody } from './decision/decision.bodies.js';
import { ReceiveComplaintBody } from './receipt/receipt.bodies.js';
import {
  RECOMMENDATION_EXAMPLE,
  RecommendationAnswerSchema,
} from './recommendation/recommendation.answers.js';

const ComplianceOutcomeSchema: z.ZodType<ComplianceOutcome> = z
  .strictObject({
    outcome: z.enum(['complied', 'complied-late', 'not-complied']),
    on: LocalDateSchema.describe('The latest of the checks that count: it dates the outcome.'),
    dueOn: LocalDateSchema.describe('The latest due date of the case.'),
  })
  .describe('How the case stands with its recommendations; null while one of them is unchecked.');

/** A complaint as the API answers it. */
export const ComplaintAnswerSchema = ReceiveComplaintBody.extend({
  printedReference: z.string().describe('The reference as letters print it.'),
  decision: RecordDecisionBody.extend({ finding: FindingBody.nullable() }).nullable(),
  recommendations: z.array(RecommendationAnswerSchema),
  compliance: ComplianceOutcomeSchema.nullable(),
  revision: ComplaintRevision,
  position: ComplaintPosition,
})
  .meta({
    description: 'A complaint as it stands.',
    examples: [
      {
        reference: '19007429',
        printedReference: '19 007 429',
        authority: 'E07000129',
        subject: 'Planning and development',
        receivedOn: '2019-06-14',
        decision: {
          outcome: 'upheld',
          reason: 'fault and injustice',
          decidedOn: '2019-10-02',
          finding: { injustice: true, remedy: 'recommended' },
        },
        recommendations: [RECOMMENDATION_EXAMPLE],
        compliance: { outcome: 'complied', on: '2020-01-08', dueOn: '2020-01-02' },
        revision: 4,
        position: '40218',
      },
    ],
  })
  .register(apiSchemas, { id: 'Complaint' });

/** A complaint in the form of {@link ComplaintAnswerSchema}. */
export function complaintAnswer({
  complaint,
  revision,
  position,
}: CurrentComplaint): z.infer<typeof ComplaintAnswerSchema> {
  return {
    ...complaint,
    printedReference: printedReference(complaint.reference),
    recommendations: complaint.recommendations.map((made) => ({ ...made, checks: [...made.checks] })),
    compliance: complianceOutcome(complaint.recommendations),
    revision,
    position: String(position),
  };
}
