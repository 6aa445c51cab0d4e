import type { EventsOf } from '../event-sourcing/event-schema.js';
import { complianceCheckEventSchemas } from './compliance-check/compliance-check.events.js';
import { decisionEventSchemas } from './decision/decision.events.js';
import { receiptEventSchemas } from './receipt/receipt.events.js';
import { recommendationEventSchemas } from './recommendation/recommendation.events.js';

/** What can have happened to a complaint, all at version 1. An event that changes becomes a `firstVersion(…).upcastTo(…)`. */
export const complaintEventSchemas = {
  ...receiptEventSchemas,
  ...decisionEventSchemas,
  ...recommendationEventSchemas,
  ...complianceCheckEventSchemas,
};

/** One thing that happened to a complaint. */
export type ComplaintEvent = EventsOf<typeof complaintEventSchemas>;

/** The data of one type of event. */
export type DataOf<Type extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: Type }>['data'];

/** The stream of a complaint: `complaint-19007429`. */
export const COMPLAINT_STREAMS = 'complaint-';

/** What other slices count cases by. */
export { DECISION_OUTCOMES, type DecisionOutcome, type Remedy } from './decision/decision.events.js';
