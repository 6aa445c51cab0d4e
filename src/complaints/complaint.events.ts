import { z } from 'zod';
import type { EventsOf } from '../event-sourcing/event-schema.js';
import { AuthorityCodeSchema } from '../authorities/authority-code.js';
import { boundedText } from '../platform/bounded-text.js';
import { LocalDateSchema } from '../platform/local-date.js';
import { CaseReferenceSchema } from './case-reference.js';

/** The six decision outcomes; only the last two are detailed investigations (design 1). */
export const DECISION_OUTCOMES = [
  'invalid-or-incomplete',
  'advice-given',
  'referred-back',
  'closed-after-initial-enquiries',
  'not-upheld',
  'upheld',
] as const;
export const DecisionOutcomeSchema = z.enum(DECISION_OUTCOMES);
export type DecisionOutcome = z.infer<typeof DecisionOutcomeSchema>;

/** Whether the council had put things right before the complaint reached the ombudsman. */
export const RemedySchema = z.enum(['none', 'recommended', 'already-provided']);
export type Remedy = z.infer<typeof RemedySchema>;

export const RecommendationKindSchema = z.enum(['personal', 'service-improvement']);
export const CheckResultSchema = z.enum(['complied', 'not-complied']);

/** The id of a recommendation, unique within its complaint. */
export const RecommendationIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, {
    error: 'must be 1 to 40 letters, digits, dots, dashes or underscores',
  })
  .meta({ example: 'r1' });

export const ComplaintReceivedSchema = z.strictObject({
  reference: CaseReferenceSchema,
  authority: AuthorityCodeSchema,
  subject: boundedText(200),
  receivedOn: LocalDateSchema,
});

export const DecisionRecordedSchema = z.strictObject({
  outcome: DecisionOutcomeSchema,
  /** Reference data within an outcome, such as the letter's "no fault found"; free of any meaning to the rates. */
  reason: boundedText(200).optional(),
  decidedOn: LocalDateSchema,
});

export const FindingUpheldSchema = z.strictObject({
  injustice: z.boolean(),
  remedy: RemedySchema,
  summary: boundedText(2000).optional(),
});

export const RecommendationMadeSchema = z.strictObject({
  recommendation: RecommendationIdSchema,
  kind: RecommendationKindSchema,
  category: boundedText(200),
  text: boundedText(2000),
  dueOn: LocalDateSchema,
});

export const ComplianceCheckedSchema = z.strictObject({
  recommendation: RecommendationIdSchema,
  result: CheckResultSchema,
  /** The day the council acted; lateness is judged by it, not by when evidence arrived. */
  actionOn: LocalDateSchema.optional(),
  checkedOn: LocalDateSchema,
  evidence: boundedText(2000).optional(),
});

/** What can have happened to a complaint, all at version 1; one that changes becomes a `firstVersion(…).upcastTo(…)`. */
export const complaintEventSchemas = {
  ComplaintReceived: ComplaintReceivedSchema,
  DecisionRecorded: DecisionRecordedSchema,
  FindingUpheld: FindingUpheldSchema,
  RecommendationMade: RecommendationMadeSchema,
  ComplianceChecked: ComplianceCheckedSchema,
};

export type ComplaintEvent = EventsOf<typeof complaintEventSchemas>;

/** The stream of a complaint: `complaint-19007429`. */
export const COMPLAINT_STREAMS = 'complaint-';
