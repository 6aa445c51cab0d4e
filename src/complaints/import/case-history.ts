import type { CaseReference } from '../case-reference.js';
import type { ComplaintEvent } from '../complaint.events.js';
import type { RowLocation } from './import-file.js';

type DataOf<Type extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: Type }>['data'];

/** A part of a case, and the row it was read from; without a row when it came from no file. */
type Located<Data> = Data & { readonly location?: RowLocation | undefined };

/** The rows of one case put together: the whole case, or only additions to a stored one. */
export type CaseHistory = Readonly<{
  reference: CaseReference;
  received?: Located<Omit<DataOf<'ComplaintReceived'>, 'reference'>> | undefined;
  decision?:
    | Located<DataOf<'DecisionRecorded'> & { readonly finding?: DataOf<'FindingUpheld'> | undefined }>
    | undefined;
  recommendations: readonly Located<DataOf<'RecommendationMade'>>[];
  /** In any order. They are recorded by date; those of one day in the order given here. */
  checks: readonly Located<DataOf<'ComplianceChecked'>>[];
  /** Whether rows of the case are missing because of faults, which are reported already: nothing of it is stored. */
  incomplete?: boolean;
}>;

/** Whether no row of the case could be read. */
export function isEmptyHistory({ received, decision, recommendations, checks }: CaseHistory): boolean {
  return received === undefined && decision === undefined && recommendations.length + checks.length === 0;
}

/** Where the first row of the case is; undefined for a case that came from no file. */
export function locationOf(history: CaseHistory): RowLocation | undefined {
  const { received, decision, recommendations, checks } = history;
  return [received, decision, ...recommendations, ...checks].find((part) => part?.location)?.location;
}
