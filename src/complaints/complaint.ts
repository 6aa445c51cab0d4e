import type { AuthorityCode } from '../authorities/authority-code.js';
import type { LocalDate } from '../platform/local-date.js';
import type { CaseReference } from './case-reference.js';
import type { ComplaintEvent } from './complaint.events.js';

type DataOf<Type extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: Type }>['data'];

export type Decision = DataOf<'DecisionRecorded'> & { readonly finding: Finding | null };
export type Finding = DataOf<'FindingUpheld'>;
export type ComplianceCheck = Omit<DataOf<'ComplianceChecked'>, 'recommendation'>;

export type Recommendation = DataOf<'RecommendationMade'> & {
  /** In the order they were recorded; the last one counts (design 1). */
  readonly checks: readonly ComplianceCheck[];
};

/** One complaint as its events tell it. */
export type Complaint = Readonly<{
  reference: CaseReference;
  authority: AuthorityCode;
  subject: string;
  receivedOn: LocalDate;
  decision: Decision | null;
  recommendations: readonly Recommendation[];
}>;

/**
 * The complaint after one more event; `null` before the first. Pure and total over histories that
 * `decide` can produce; any other history is a damaged log and is refused.
 */
export function evolve(complaint: Complaint | null, event: ComplaintEvent): Complaint {
  if (event.type === 'ComplaintReceived') return { ...event.data, decision: null, recommendations: [] };
  if (complaint === null) throw new Error(`a complaint's history cannot begin with ${event.type}`);
  switch (event.type) {
    case 'DecisionRecorded':
      return { ...complaint, decision: { ...event.data, finding: null } };
    case 'FindingUpheld':
      if (complaint.decision === null) throw new Error('a finding without a decision');
      return { ...complaint, decision: { ...complaint.decision, finding: event.data } };
    case 'RecommendationMade':
      return {
        ...complaint,
        recommendations: [...complaint.recommendations, { ...event.data, checks: [] }],
      };
    case 'ComplianceChecked': {
      const { recommendation: id, ...check } = event.data;
      return {
        ...complaint,
        recommendations: complaint.recommendations.map((made) =>
          made.recommendation === id ? { ...made, checks: [...made.checks, check] } : made,
        ),
      };
    }
    default:
      return event satisfies never;
  }
}

/** The check of a recommendation that counts: the one recorded last (design 1). */
export function countingCheck<Check>({ checks }: Readonly<{ checks: readonly Check[] }>): Check | undefined {
  return checks.at(-1);
}
