import { apiSchemas } from '../platform/http/api-schemas.js';
import { CaseReferenceSchema } from './case-reference.js';
import { ComplianceCheckedSchema } from './compliance-check/compliance-check.events.js';
import { DecisionRecordedSchema, FindingUpheldSchema } from './decision/decision.events.js';
import { ComplaintReceivedSchema } from './receipt/receipt.events.js';
import { RecommendationIdSchema, RecommendationMadeSchema } from './recommendation/recommendation.events.js';

/** The `{reference}` of an address. */
export const ReferenceParameter = CaseReferenceSchema.describe(
  'The case number: eight digits, with or without the printed spaces.',
).register(apiSchemas, { id: 'CaseReference' });

/** The `{recommendation}` of an address. */
export const RecommendationParameter = RecommendationIdSchema.describe(
  'The id of a recommendation, unique within its complaint.',
).register(apiSchemas, { id: 'RecommendationId' });

// The bodies of the commands are the events' own schemas, with words for the reader of the documentation.

const { reference, authority, subject, receivedOn } = ComplaintReceivedSchema.shape;
export const ReceiveComplaintBody = ComplaintReceivedSchema.extend({
  reference: reference.describe('The case number: eight digits, with or without the printed spaces.'),
  authority: authority.describe('ONS code of the body complained about.'),
  subject: subject.describe('What the complaint is about. Never a name.'),
  receivedOn: receivedOn.describe('Calendar date (UK) on which it was received; not in the future.'),
})
  .meta({
    description: 'A complaint received.',
    examples: [
      {
        reference: '19007429',
        authority: 'E07000129',
        subject: 'Planning and development',
        receivedOn: '2019-06-14',
      },
    ],
  })
  .register(apiSchemas, { id: 'ReceiveComplaint' });

const { injustice, remedy, summary } = FindingUpheldSchema.shape;
export const FindingBody = FindingUpheldSchema.extend({
  injustice: injustice.describe('Whether the fault caused injustice.'),
  remedy: remedy.describe(
    'already-provided: the council had provided a satisfactory remedy before the complaint reached the ombudsman.',
  ),
  summary: summary.describe('The finding in short.'),
})
  .meta({ description: 'What was found in an upheld case.' })
  .register(apiSchemas, { id: 'Finding' });

const { outcome, reason, decidedOn } = DecisionRecordedSchema.shape;
export const RecordDecisionBody = DecisionRecordedSchema.extend({
  outcome: outcome.describe('The last two are detailed investigations.'),
  reason: reason.describe('The reason within the outcome, in the words of the day.'),
  decidedOn: decidedOn.describe('Calendar date (UK) of the decision; it tells the reporting year.'),
  finding: FindingBody.optional(),
})
  .meta({
    description: 'A decision. `finding` is required with `upheld` and refused otherwise.',
    examples: [
      {
        outcome: 'upheld',
        reason: 'fault and injustice',
        decidedOn: '2019-10-02',
        finding: { injustice: true, remedy: 'recommended' },
      },
    ],
  })
  .register(apiSchemas, { id: 'RecordDecision' });

const { kind, category, text, dueOn } = RecommendationMadeSchema.shape;
export const MakeRecommendationBody = RecommendationMadeSchema.omit({ recommendation: true })
  .extend({
    kind: kind.describe(
      'The text of a personal remedy is never published; that of a service improvement is.',
    ),
    category: category.describe('What kind of remedy it is, such as an apology.'),
    text: text.describe('What the council is to do.'),
    dueOn: dueOn.describe('Calendar date (UK) by which to do it; acting on that day is on time.'),
  })
  .meta({
    description: 'A recommendation on an upheld case.',
    examples: [
      {
        kind: 'service-improvement',
        category: 'Procedure',
        text: 'Review how objections to planning applications are recorded.',
        dueOn: '2020-01-02',
      },
    ],
  })
  .register(apiSchemas, { id: 'MakeRecommendation' });

const { result, actionOn, checkedOn, evidence } = ComplianceCheckedSchema.shape;
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
