import type { LocalDate } from '../platform/local-date.js';
import { countingCheck, type ComplianceCheck, type Recommendation } from './complaint.state.js';

/** How a council has complied with a case's recommendations. It exists once each of them has a check. */
export type ComplianceOutcome = Readonly<{
  outcome: 'complied' | 'complied-late' | 'not-complied';
  /** The greatest `checkedOn` among the checks that count: it dates the outcome (rule `outcome-date@1`). */
  on: LocalDate;
  /** The latest due date of the case, kept so that another dating rule can be derived. */
  dueOn: LocalDate;
}>;

/** The part of a recommendation that its compliance outcome follows from. */
type RecommendationDates = Pick<Recommendation, 'dueOn'> &
  Readonly<{ checks: readonly Pick<ComplianceCheck, 'result' | 'actionOn' | 'checkedOn'>[] }>;

/**
 * Rolls a case's recommendations up into one outcome: any unmet means not complied, else any late means
 * complied late, else complied. Null while one of them is unchecked, or if there is none: such a case is in neither
 * number of the compliance rate. Late is judged by the day the council acted, and acting on the due date is
 * on time (design 1).
 */
export function complianceOutcome(recommendations: readonly RecommendationDates[]): ComplianceOutcome | null {
  const outcomes = recommendations.map(outcomeOf);
  const checked = outcomes.filter((outcome) => outcome !== null);
  const [first, ...others] = checked;
  if (first === undefined || checked.length < outcomes.length) return null;
  return others.reduce(
    (whole, own) => ({
      outcome: worse(whole.outcome, own.outcome),
      on: later(whole.on, own.on),
      dueOn: later(whole.dueOn, own.dueOn),
    }),
    first,
  );
}

function outcomeOf(recommendation: RecommendationDates): ComplianceOutcome | null {
  const check = countingCheck(recommendation);
  if (check === undefined) return null;
  const { dueOn } = recommendation;
  const late = check.actionOn !== undefined && check.actionOn > dueOn;
  const outcome = check.result === 'not-complied' ? 'not-complied' : late ? 'complied-late' : 'complied';
  return { outcome, on: check.checkedOn, dueOn };
}

const BEST_FIRST = ['complied', 'complied-late', 'not-complied'] as const;

function worse(a: ComplianceOutcome['outcome'], b: ComplianceOutcome['outcome']) {
  return BEST_FIRST.indexOf(a) >= BEST_FIRST.indexOf(b) ? a : b;
}

function later(a: LocalDate, b: LocalDate): LocalDate {
  return a > b ? a : b;
}
