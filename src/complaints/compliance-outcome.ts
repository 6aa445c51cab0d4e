import type { LocalDate } from '../platform/local-date.js';
import { countingCheck, type Recommendation } from './complaint.js';

/** How a case stands with its recommendations, once every one of them has been checked. */
export type ComplianceOutcome = Readonly<{
  outcome: 'complied' | 'complied-late' | 'not-complied';
  /** The greatest `checkedOn` among the checks that count: it dates the outcome (rule `outcome-date@1`). */
  on: LocalDate;
  /** The latest due date of the case, kept so that another dating rule can be derived. */
  dueOn: LocalDate;
}>;

/**
 * Rolls a case's recommendations up into one outcome: any unmet means not complied, else any late means
 * complied late, else complied. Null while one is unchecked, or there is none: such a case is in neither
 * number of the compliance rate. Late is judged by the day the council acted, and the due date itself is
 * on time (design 1).
 */
export function complianceOutcome(recommendations: readonly Recommendation[]): ComplianceOutcome | null {
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

function outcomeOf(recommendation: Recommendation): ComplianceOutcome | null {
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
