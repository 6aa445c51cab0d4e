import { z } from 'zod';
import { boundedText } from '../../platform/bounded-text.js';
import { LocalDateSchema } from '../../platform/local-date.js';

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
/** One of the six outcomes. */
export type DecisionOutcome = z.infer<typeof DecisionOutcomeSchema>;

/** Whether the council had put things right before the complaint reached the ombudsman. */
export const RemedySchema = z.enum(['none', 'recommended', 'already-provided']);
/** The remedy of an upheld case. */
export type Remedy = z.infer<typeof RemedySchema>;

/** Data of DecisionRecorded. */
export const DecisionRecordedSchema = z.strictObject({
  outcome: DecisionOutcomeSchema,
  /** Reference data within an outcome, such as the letter's "no fault found". It means nothing to the rates. */
  reason: boundedText(200).optional(),
  decidedOn: LocalDateSchema,
});

/** Data of FindingUpheld, which is appended together with an upheld decision. */
export const FindingUpheldSchema = z.strictObject({
  injustice: z.boolean(),
  remedy: RemedySchema,
  summary: boundedText(2000).optional(),
});

/** Events of the decision of a case. */
export const decisionEventSchemas = {
  DecisionRecorded: DecisionRecordedSchema,
  FindingUpheld: FindingUpheldSchema,
};
