import { refuseBy, type Refuse } from '../../platform/refusals.js';
import type { ComplaintEvent, DataOf } from '../complaint.events.js';
import type { Circumstances, Complaint, Finding } from '../complaint.state.js';
import type { DecisionOutcome } from './decision.events.js';
import { decisionRefusals } from './decision.refusals.js';

/** Records the decision of a case, with its finding if it is upheld. */
export type RecordDecision = {
  readonly type: 'RecordDecision';
  readonly finding?: Finding | undefined;
} & DataOf<'DecisionRecorded'>;

const refuse: Refuse<typeof decisionRefusals.RecordDecision> = refuseBy(decisionRefusals.RecordDecision);

/** Decides a case that has no decision. @throws DomainRefusal */
export function recordDecision(
  complaint: Complaint,
  { type: _, finding, ...decision }: RecordDecision,
  { today, authorities }: Circumstances,
): ComplaintEvent[] {
  if (complaint.decision !== null) refuse('already-decided', complaint.decision.decidedOn);
  const authority = authorities.get(complaint.authority);
  if (authority === undefined) refuse('unknown-authority', complaint.authority);
  const { decidedOn } = decision;
  if (decidedOn < complaint.receivedOn) {
    refuse('decided-before-received', decidedOn, complaint.receivedOn);
  }
  // A case may be decided after its body was abolished, but not before the body began (design 1).
  if (authority.existsFrom !== null && decidedOn < authority.existsFrom) {
    refuse('decided-before-authority-began', decidedOn, authority.name, authority.existsFrom);
  }
  if (decidedOn > today) refuse('decided-in-the-future', decidedOn);
  return [{ type: 'DecisionRecorded', data: decision }, ...findingOf(decision.outcome, finding)];
}

/** The finding of an upheld decision, and of no other. The two are appended together (design 2). */
function findingOf(outcome: DecisionOutcome, finding: Finding | undefined): ComplaintEvent[] {
  if (outcome === 'upheld') {
    if (finding === undefined) refuse('finding-required');
    return [{ type: 'FindingUpheld', data: finding }];
  }
  if (finding !== undefined) refuse('finding-without-upheld', outcome);
  return [];
}
