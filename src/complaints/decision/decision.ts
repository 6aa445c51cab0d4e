import type { DataOf } from '../complaint.events.js';
import type { Complaint } from '../complaint.state.js';

/** The complaint with its decision. */
export function withDecision(complaint: Complaint, decision: DataOf<'DecisionRecorded'>): Complaint {
  return { ...complaint, decision: { ...decision, finding: null } };
}

/** The complaint with the finding of its decision. @throws Error for a damaged history without a decision. */
export function withFinding(complaint: Complaint, finding: DataOf<'FindingUpheld'>): Complaint {
  if (complaint.decision === null) throw new Error('a finding without a decision');
  return { ...complaint, decision: { ...complaint.decision, finding } };
}
