import type { AuthorityCode } from '../authorities/authority-code.js';
import type { LocalDate } from '../platform/local-date.js';
import type { CaseReference } from './case-reference.js';
import type { Complaint } from './complaint.js';
import type { DecisionOutcome } from './complaint.events.js';
import { complianceOutcome, type ComplianceOutcome } from './compliance-outcome.js';

/** What the statistics know of one case. */
export type CaseFacts = Readonly<{
  reference: CaseReference;
  authority: AuthorityCode;
  decision: Readonly<{
    outcome: DecisionOutcome;
    decidedOn: LocalDate;
    /** The council had provided a satisfactory remedy before the complaint reached the ombudsman. */
    satisfactoryRemedy: boolean;
  }> | null;
  compliance: ComplianceOutcome | null;
}>;

/** The facts of a case as it stands. */
export function caseFacts({ reference, authority, decision, recommendations }: Complaint): CaseFacts {
  return {
    reference,
    authority,
    decision: decision && {
      outcome: decision.outcome,
      decidedOn: decision.decidedOn,
      satisfactoryRemedy: decision.finding?.remedy === 'already-provided',
    },
    compliance: complianceOutcome(recommendations),
  };
}
