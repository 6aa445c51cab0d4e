import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { CaseFacts } from '../../complaints/case-facts.js';
import { DECISION_OUTCOMES } from '../../complaints/complaint.events.js';
import { complianceOutcome } from '../../complaints/compliance-outcome.js';
import { reportingYearOf, type ReportingYear } from './reporting-year.js';

/**
 * The counts behind every figure: decided cases by outcome, satisfactory remedies among the upheld, and compliance
 * outcomes by kind.
 */
export const MEASURES = [
  ...DECISION_OUTCOMES,
  'satisfactory-remedy',
  'complied',
  'complied-late',
  'not-complied',
] as const;
export type Measure = (typeof MEASURES)[number];

/** How many cases count towards each measure. */
export type Tally = Readonly<Record<Measure, number>>;

export const EMPTY_TALLY: Tally = Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Tally;

/** One case counted once under one measure of one council's year. */
export type Contribution = Readonly<{ authority: AuthorityCode; year: ReportingYear; measure: Measure }>;

/**
 * Where a case counts: its decision in the year of the decision date, a satisfactory remedy in the same year, its
 * compliance outcome in the year of the outcome's date (rule `outcome-date@1`, design 1). A remedy is satisfactory
 * when the council had provided it before the complaint reached the ombudsman.
 */
export function contributionsOf({ authority, decision, recommendations }: CaseFacts): Contribution[] {
  const contributions: Contribution[] = [];
  if (decision !== null) {
    const year = reportingYearOf(decision.decidedOn);
    contributions.push({ authority, year, measure: decision.outcome });
    if (decision.remedy === 'already-provided') {
      contributions.push({ authority, year, measure: 'satisfactory-remedy' });
    }
  }
  const compliance = complianceOutcome(recommendations);
  if (compliance !== null) {
    contributions.push({ authority, year: reportingYearOf(compliance.on), measure: compliance.outcome });
  }
  return contributions;
}

/** By how much an event moves one count. */
export type Change = Contribution & Readonly<{ delta: number }>;

/** How the counts change when a case's contributions do: minus one where it no longer counts, plus one where it now does. */
export function changesBetween(before: readonly Contribution[], after: readonly Contribution[]): Change[] {
  const missingFrom = (others: readonly Contribution[]) => (own: Contribution) =>
    !others.some((other) => isSame(own, other));
  return [
    ...before.filter(missingFrom(after)).map((contribution) => ({ ...contribution, delta: -1 })),
    ...after.filter(missingFrom(before)).map((contribution) => ({ ...contribution, delta: 1 })),
  ];
}

function isSame(one: Contribution, other: Contribution): boolean {
  return one.authority === other.authority && one.year === other.year && one.measure === other.measure;
}

/** Sum of tallies, measure by measure. */
export function sumTallies(tallies: Iterable<Tally>): Tally {
  const sum: Record<Measure, number> = { ...EMPTY_TALLY };
  for (const tally of tallies) for (const measure of MEASURES) sum[measure] += tally[measure];
  return sum;
}
