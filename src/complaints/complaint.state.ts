import type { AuthoritiesByCode } from '../authorities/authority.js';
import type { AuthorityCode } from '../authorities/authority-code.js';
import type { LocalDate } from '../platform/local-date.js';
import type { CaseReference } from './case-reference.js';
import type { DataOf } from './complaint.events.js';

/** What was found in an upheld case. */
export type Finding = DataOf<'FindingUpheld'>;

/** The decision of a case; the finding is null unless it is upheld. */
export type Decision = DataOf<'DecisionRecorded'> & { readonly finding: Finding | null };

/** A check of what the council did about a recommendation. */
export type ComplianceCheck = Omit<DataOf<'ComplianceChecked'>, 'recommendation'>;

/** A recommendation of a case with its checks. */
export type Recommendation = DataOf<'RecommendationMade'> & {
  /** In the order they were recorded; the last one counts (design 1). */
  readonly checks: readonly ComplianceCheck[];
};

/** One complaint, folded from its events. */
export type Complaint = Readonly<{
  reference: CaseReference;
  authority: AuthorityCode;
  subject: string;
  receivedOn: LocalDate;
  decision: Decision | null;
  recommendations: readonly Recommendation[];
}>;

/** What a command is decided upon besides the complaint's own history. It is passed in, never looked up. */
export type Circumstances = Readonly<{
  reference: CaseReference;
  /** Today in the United Kingdom. */
  today: LocalDate;
  /** The bodies that the command concerns, as the register knows them. */
  authorities: AuthoritiesByCode;
}>;

/** The check of a recommendation that counts: the one recorded last (design 1). */
export function countingCheck<Check>({ checks }: Readonly<{ checks: readonly Check[] }>): Check | undefined {
  return checks.at(-1);
}
