import type { z } from 'zod';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { DecisionRecordedSchema, FindingUpheldSchema } from './decision.events.js';

const { injustice, remedy, summary } = FindingUpheldSchema.shape;
/** The finding in a body: the schema of its event, with words for the reader of the documentation. */
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
/** The body that records a decision, with its finding. */
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

/** Such a body, read. */
export type RecordDecisionBody = z.output<typeof RecordDecisionBody>;
