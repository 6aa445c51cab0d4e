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
 * Reconcile or refuse (design 1): within every council, type and the nation, satisfactory ≤ upheld ≤
 * investigations and each base is the number it claims to be; and councils = types = nation, count by count.
 *
 * @throws Error naming the first figure that does not hold; the answer is withheld.
 */
export function reconcile({ year, authorities, types, national }: YearStatistics): void {
  for (const { authority, ...figures } of authorities) holds(`${authority.code} in ${year}`, figures);
  for (const { type, ...figures } of types) holds(`${type} in ${year}`, figures);
  holds(`national in ${year}`, national);
  addsUp(`councils and nation in ${year}`, authorities, national);
  addsUp(`types and nation in ${year}`, types, national);
  const members = types.reduce((sum, type) => sum + type.authorities, 0);
  equal(`number of councils in ${year}`, authorities.length, national.authorities);
  equal(`number of councils in the types of ${year}`, members, national.authorities);
}

/**
 * The same for one type alone: its councils and their sum.
 *
 * @throws Error naming the first figure that does not hold; the answer is withheld.
 */
export function reconcileType(
  year: ReportingYear,
  members: readonly AuthorityStatistics[],
  pooled: GroupStatistics,
): void {
  for (const { authority, ...figures } of members) holds(`${authority.code} in ${year}`, figures);
  holds(`one type in ${year}`, pooled);
  addsUp(`councils and their type in ${year}`, members, pooled);
  equal(`number of councils of one type in ${year}`, members.length, pooled.authorities);
}

function holds(where: string, { upheld, compliance, satisfactoryRemedies, decided }: Figures): void {
  within(`upheld of ${where}`, upheld);
  within(`compliance of ${where}`, compliance);
  within(`satisfactory remedies of ${where}`, satisfactoryRemedies);
  equal(`investigations of ${where}`, upheld.of, decided.upheld + decided['not-upheld']);
  equal(`upheld decisions of ${where}`, upheld.count, decided.upheld);
  equal(`base of satisfactory remedies of ${where}`, satisfactoryRemedies.of, upheld.count);
  within(`late among complied of ${where}`, { count: compliance.late, of: compliance.count });
}

function within(what: string, { count, of }: Pick<CountedRate, 'count' | 'of'>): void {
  if (!(count >= 0 && count <= of)) throw new Error(`figures do not reconcile: ${what}: ${count} of ${of}`);
}

function equal(what: string, one: number, other: number): void {
  if (one !== other) throw new Error(`figures do not reconcile: ${what}: ${one} is not ${other}`);
}

function addsUp(where: string, parts: readonly Figures[], whole: Figures): void {
  for (const [what, count] of COUNTS) {
    equal(
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
