import type { DataOf } from '../complaint.events.js';
import type { Complaint } from '../complaint.state.js';

/** The complaint with one more check of one of its recommendations. */
export function withCheck(
  complaint: Complaint,
  { recommendation, ...check }: DataOf<'ComplianceChecked'>,
): Complaint {
  return {
    ...complaint,
    recommendations: complaint.recommendations.map((made) =>
      made.recommendation === recommendation ? { ...made, checks: [...made.checks, check] } : made,
    ),
  };
}
