import { z } from 'zod';
import type { EventMetadata } from '../event-store/event-store.js';
import { currentSchema } from '../event-sourcing/upcasting.js';
import { PositionSchema } from '../event-store/position.js';
import type { HistoryEntry } from '../event-sourcing/aggregate.js';
import { HTTP_ACTOR } from '../identity/actor.js';
import { apiSchemas } from '../platform/http/api-schemas.js';
import { LocalDateSchema } from '../platform/local-date.js';
import { printedReference, type CaseReference } from './case-reference.js';
import type { ComplaintResult } from './complaint.command-handler.js';
import { complaintEventSchemas, type ComplaintEvent } from './complaint.events.js';
import type { PresentComplaint } from './complaint.queries.js';
import {
  CheckComplianceBody,
  FindingBody,
  MakeRecommendationBody,
  RecommendationParameter,
  ReceiveComplaintBody,
  RecordDecisionBody,
  ReferenceParameter,
} from './complaint.schemas.js';
import { complianceOutcome, type ComplianceOutcome } from './compliance-outcome.js';

const revision = z
  .int()
  .min(0)
  .describe("Revision of the complaint's last event, from 0; also its entity tag.");
const position = PositionSchema.in.describe('Place of the last event in the log, by which answers compare.');

/** What a command answers. */
export const CommandAnswerSchema = z
  .strictObject({ reference: ReferenceParameter, revision, position })
  .meta({
    description: 'A command was carried out.',
    examples: [{ reference: '19007429', revision: 2, position: '40216' }],
  })
  .register(apiSchemas, { id: 'CommandAnswer' });

/** What a command answers that made or checked a recommendation. */
export const RecommendationCommandAnswerSchema = CommandAnswerSchema.extend({
  recommendation: RecommendationParameter,
})
  .meta({
    description: 'A recommendation was made or checked.',
    examples: [{ reference: '19007429', revision: 3, position: '40217', recommendation: 'r1' }],
  })
  .register(apiSchemas, { id: 'RecommendationCommandAnswer' });

const RECOMMENDATION_EXAMPLE = {
  recommendation: 'r1',
  kind: 'service-improvement',
  category: 'Procedure',
  text: 'Review how objections to planning applications are recorded.',
  dueOn: '2020-01-02',
  checks: [{ result: 'complied', actionOn: '2019-12-20', checkedOn: '2020-01-08' }],
};

export const RecommendationAnswerSchema = MakeRecommendationBody.extend({
  recommendation: RecommendationParameter,
  checks: z.array(CheckComplianceBody).describe('In the order they were recorded; the last one counts.'),
})
  .meta({ description: 'A recommendation with its checks.', examples: [RECOMMENDATION_EXAMPLE] })
  .register(apiSchemas, { id: 'Recommendation' });

const ComplianceOutcomeSchema: z.ZodType<ComplianceOutcome> = z
  .strictObject({
    outcome: z.enum(['complied', 'complied-late', 'not-complied']),
    on: LocalDateSchema.describe('The latest of the checks that count: it dates the outcome.'),
    dueOn: LocalDateSchema.describe('The latest due date of the case.'),
  })
  .describe('How the case stands with its recommendations; null while one of them is unchecked.');

export const ComplaintAnswerSchema = ReceiveComplaintBody.extend({
  printedReference: z.string().describe('The reference as letters print it.'),
  decision: RecordDecisionBody.extend({ finding: FindingBody.nullable() }).nullable(),
  recommendations: z.array(RecommendationAnswerSchema),
  compliance: ComplianceOutcomeSchema.nullable(),
  revision,
  position,
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

const entry = {
  revision: z.int().min(0).describe('Place in the history, from 0.'),
  actor: z.strictObject({ id: z.string(), role: z.string() }).describe('Who did it.'),
  recordedAt: z.iso.datetime().describe('When it was recorded, UTC.'),
  position: PositionSchema.in.describe('Place in the log.'),
  command: z.string().describe('Id of the command that led to it: its Idempotency-Key where it had one.'),
};

export const HistoryAnswerSchema = z
  .strictObject({
    reference: ReferenceParameter,
    events: z.array(
      z.union(
        Object.entries(complaintEventSchemas).map(([type, schema]) =>
          z.strictObject({ type: z.literal(type), ...entry, data: currentSchema(schema) }),
        ),
      ),
    ),
  })
  .meta({
    description: 'Who did what to a complaint, when and why.',
    examples: [
      {
        reference: '19007429',
        events: [
          {
            type: 'ComplaintReceived',
            revision: 0,
            actor: HTTP_ACTOR,
            recordedAt: '2019-06-14T10:02:31.118Z',
            position: '40214',
            command: '6f1e4a52-8a67-4a3b-9d0e-2f5c1b7a9e44',
            data: {
              reference: '19007429',
              authority: 'E07000129',
              subject: 'Planning and development',
              receivedOn: '2019-06-14',
            },
          },
        ],
      },
    ],
  })
  .register(apiSchemas, { id: 'ComplaintHistory' });

/** The body of a command's answer, the same for a repeat of the command. */
export function commandAnswer(
  { revision, position }: ComplaintResult,
  reference: CaseReference,
): z.infer<typeof CommandAnswerSchema> {
  return { reference, revision, position: String(position) };
}

/** A complaint as the API tells it. */
export function complaintAnswer({
  complaint,
  revision,
  position,
}: PresentComplaint): z.infer<typeof ComplaintAnswerSchema> {
  return {
    ...complaint,
    printedReference: printedReference(complaint.reference),
    recommendations: complaint.recommendations.map((made) => ({ ...made, checks: [...made.checks] })),
    compliance: complianceOutcome(complaint.recommendations),
    revision,
    position: String(position),
  };
}

/** A complaint's history as the API tells it: each event as its present version has it. */
export function historyAnswer(
  reference: CaseReference,
  history: readonly HistoryEntry<ComplaintEvent>[],
): Readonly<{ reference: CaseReference; events: readonly ToldEvent[] }> {
  return {
    reference,
    events: history.map(({ event, revision, metadata, position }) => ({
      type: event.type,
      revision,
      actor: metadata.actor,
      recordedAt: metadata.recordedAt,
      position: String(position),
      command: metadata.command.id,
      data: event.data,
    })),
  };
}

type ToldEvent = Pick<ComplaintEvent, 'type' | 'data'> &
  Pick<EventMetadata, 'actor' | 'recordedAt'> &
  Readonly<{ revision: number; position: string; command: string }>;
