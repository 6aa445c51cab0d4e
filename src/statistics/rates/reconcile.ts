import { DECISION_OUTCOMES, type DecisionOutcome } from '../../complaints/complaint.events.js';
import type { ReportingYear } from './reporting-year.js';
import type {
  AuthorityStatistics,
  CountedRate,
  GroupStatistics,
  YearStatistics,
} from './statistics.types.js';

type Figures = Pick<GroupStatistics, 'upheld' | 'compliance' | 'satisfactoryRemedies' | 'decided'>;

/**
 * Reconcile or refuse (design 1): in every council, in every type and in the nation satisfactory ≤ upheld ≤
 * investigations, and each base equals its count; and councils = types = nation, count by count.
 *
 * @throws Error naming the first figure that does not reconcile.
 */
export function reconcile({ year, authorities, types, national }: YearStatistics): void {
  for (const { authority, ...figures } of authorities) checkFigures(`${authority.code} in ${year}`, figures);
  for (const { type, ...figures } of types) checkFigures(`${type} in ${year}`, figures);
  checkFigures(`national in ${year}`, national);
  checkSums(`councils and nation in ${year}`, authorities, national);
  checkSums(`types and nation in ${year}`, types, national);
  const members = types.reduce((sum, type) => sum + type.authorities, 0);
  checkEqual(`number of councils in ${year}`, authorities.length, national.authorities);
  checkEqual(`number of councils in the types of ${year}`, members, national.authorities);
}

/**
 * The same checks for one type alone: its councils and their sum.
 *
 * @throws Error naming the first figure that does not reconcile.
 */
export function reconcileType(
  year: ReportingYear,
  members: readonly AuthorityStatistics[],
  pooled: GroupStatistics,
): void {
  for (const { authority, ...figures } of members) checkFigures(`${authority.code} in ${year}`, figures);
  checkFigures(`one type in ${year}`, pooled);
  checkSums(`councils and their type in ${year}`, members, pooled);
  checkEqual(`number of councils of one type in ${year}`, members.length, pooled.authorities);
}

function checkFigures(where: string, { upheld, compliance, satisfactoryRemedies, decided }: Figures): void {
  checkWithin(`upheld of ${where}`, upheld);
  checkWithin(`compliance of ${where}`, compliance);
  checkWithin(`satisfactory remedies of ${where}`, satisfactoryRemedies);
  checkEqual(`investigations of ${where}`, upheld.of, decided.upheld + decided['not-upheld']);
  checkEqual(`upheld decisions of ${where}`, upheld.count, decided.upheld);
  checkEqual(`base of satisfactory remedies of ${where}`, satisfactoryRemedies.of, upheld.count);
  checkWithin(`late among complied of ${where}`, { count: compliance.late, of: compliance.count });
}

function checkWithin(what: string, { count, of }: Pick<CountedRate, 'count' | 'of'>): void {
  if (!(count >= 0 && count <= of)) throw new Error(`figures do not reconcile: ${what}: ${count} of ${of}`);
}

function checkEqual(what: string, one: number, other: number): void {
  if (one !== other) throw new Error(`figures do not reconcile: ${what}: ${one} is not ${other}`);
}

function checkSums(where: string, parts: readonly Figures[], whole: Figures): void {
  for (const [what, count] of COUNTS) {
    checkEqual(
      `${what} of ${where}`,
      parts.reduce((sum, part) => sum + count(part), 0),
      count(whole),
    );
  }
}

const COUNTS: readonly (readonly [string, (figures: Figures) => number])[] = [
  ...DECISION_OUTCOMES.map(
    (outcome: DecisionOutcome) =>
      [`decided ${outcome}`, (figures: Figures) => figures.decided[outcome]] as const,
  ),
  ['satisfactory remedies', (figures) => figures.satisfactoryRemedies.count],
  ['compliance', (figures) => figures.compliance.count],
  ['compliance outcomes', (figures) => figures.compliance.of],
  ['late', (figures) => figures.compliance.late],
];
