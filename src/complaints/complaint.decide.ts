import type { ComplaintCommand } from './complaint.command.js';
import type { ComplaintEvent } from './complaint.events.js';
import { complaintNotFound } from './complaint.refusals.js';
import type { Circumstances, Complaint } from './complaint.state.js';
import { checkCompliance } from './compliance-check/compliance-check.decide.js';
import { recordDecision } from './decision/decision.decide.js';
import { receiveComplaint } from './receipt/receipt.decide.js';
import { makeRecommendation } from './recommendation/recommendation.decide.js';

/**
 * The events that a command produces, in the order in which they are appended together; none if it changes nothing.
 * @throws DomainRefusal naming the rule and the invalid field; NotFound for a case or recommendation that does not
 *   exist.
 */
export function decide(
  complaint: Complaint | null,
  command: ComplaintCommand,
  circumstances: Circumstances,
): ComplaintEvent[] {
  if (command.type === 'ReceiveComplaint') return receiveComplaint(complaint, command, circumstances);
  if (complaint === null) throw complaintNotFound(circumstances.reference);
  switch (command.type) {
    case 'RecordDecision':
      return recordDecision(complaint, command, circumstances);
    case 'MakeRecommendation':
      return makeRecommendation(complaint, command);
    case 'CheckCompliance':
      return checkCompliance(complaint, command, circumstances);
    default:
      return command satisfies never;
  }
}
