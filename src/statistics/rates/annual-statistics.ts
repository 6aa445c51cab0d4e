import { inBeing, type Authority } from '../../authorities/authority.js';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import { AuthorityTypeSchema, type AuthorityType } from '../../authorities/authority-type.js';
import { DECISION_OUTCOMES } from '../../complaints/complaint.events.js';
import { percent } from './percent.js';
import { reconcile, reconcileType } from './reconcile.js';
import { periodOf, type ReportingYear } from './reporting-year.js';
import type {
  AuthorityStatistics,
  Average,
  Basis,
  CountedRate,
  GroupStatistics,
  YearStatistics,
} from './statistics.types.js';
import { EMPTY_TALLY, sumTallies, type Tally } from './tally.js';

/** The rules by which the figures are derived, each with its version (design 1): `basis.rules` of every answer. */
export const STATISTICS_RULES = ['outcome-date@1', 'pooled-by-type@1', 'half-up-percent@1'] as const;

/** The types that have an average of similar authorities (design 1). */
const TYPES_WITH_AVERAGE: readonly AuthorityType[] = AuthorityTypeSchema.options.filter(
  (type) => type !== 'other',
);

/** A year's statistics are derived from these: the register, and the tallies of the year by council. */
export type YearTallies = Readonly<{
  year: ReportingYear;
  authorities: readonly Authority[];
  tallies: ReadonlyMap<AuthorityCode, Tally>;
  basis: Omit<Basis, 'rules'>;
}>;

/**
 * One council's statistics are derived from these: the tallies of the council and its peers. The rest of the
 * nation is missing, so they are not {@link YearTallies}.
 */
export type PeerTallies = Omit<YearTallies, 'authorities'> &
  Readonly<{
    code: AuthorityCode;
    /** {@link peersOf} the council; none where the register does not have it. */
    peers: readonly Authority[];
  }>;

/** The bodies that a body is compared with (method `pooled-by-type@1`): all of its type, itself included. */
export function peersOf(register: readonly Authority[], code: AuthorityCode): readonly Authority[] {
  const body = register.find((authority) => authority.code === code);
  return body === undefined ? [] : register.filter(({ type }) => type === body.type);
}

type ListedAuthority = Authority & { readonly tally: Tally };

/**
 * The statistics of every council, of each type and of the nation in a year. A year lists each council in being on
 * any day of it, and any other with a decision or compliance outcome in it, so that councils, types and nation
 * add up (design 1).
 *
 * @throws Error when the figures do not reconcile.
 */
export function annualStatistics({ year, authorities, tallies, basis: source }: YearTallies): YearStatistics {
  const listed = listedAuthorities(year, authorities, tallies);
  const types = AuthorityTypeSchema.options
    .map((type) => ({ type, ...groupStatistics(listed.filter((authority) => authority.type === type)) }))
    .filter(({ type, authorities: members }) => TYPES_WITH_AVERAGE.includes(type) || members > 0);
  const pooledByType = new Map<AuthorityType, GroupStatistics>(types.map((group) => [group.type, group]));
  const basis = { ...source, rules: STATISTICS_RULES };
  const statistics: YearStatistics = {
    year,
    authorities: listed.map((council) => statisticsOf(council, year, pooledByType.get(council.type), basis)),
    types,
    national: groupStatistics(listed),
    basis,
  };
  reconcile(statistics);
  return statistics;
}

/**
 * The statistics of one council in a year, the same as in {@link annualStatistics}; null when the year does not
 * list it. They are reconciled with those of its type alone.
 *
 * @throws Error when the figures do not reconcile.
 */
export function authorityStatistics({
  code,
  year,
  peers,
  tallies,
  basis: source,
}: PeerTallies): AuthorityStatistics | null {
  const listed = listedAuthorities(year, peers, tallies);
  const pooled = groupStatistics(listed);
  const basis = { ...source, rules: STATISTICS_RULES };
  const members = listed.map((council) => statisticsOf(council, year, pooled, basis));
  reconcileType(year, members, pooled);
  return members.find(({ authority }) => authority.code === code) ?? null;
}

function listedAuthorities(
  year: ReportingYear,
  authorities: readonly Authority[],
  tallies: YearTallies['tallies'],
): ListedAuthority[] {
  const period = periodOf(year);
  const known = new Set(authorities.map((authority) => authority.code));
  for (const code of tallies.keys()) {
    if (!known.has(code)) throw new Error(`${code} has cases in ${year} but is not in the register`);
  }
  return authorities
    .map((authority): ListedAuthority => ({
      ...authority,
      tally: tallies.get(authority.code) ?? EMPTY_TALLY,
    }))
    .filter((authority) => inBeing(authority, period) || hasCases(authority.tally))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

function statisticsOf(
  { code, name, type, tally }: ListedAuthority,
  year: ReportingYear,
  pooled: GroupStatistics | undefined,
  basis: Basis,
): AuthorityStatistics {
  return {
    authority: { code, name, type },
    year,
    ...ratesOf(tally, TYPES_WITH_AVERAGE.includes(type) ? pooled : undefined),
    upheldPer100k: null,
    decided: decidedOf(tally),
    basis,
  };
}

function hasCases(tally: Tally): boolean {
  return Object.values(tally).some((count) => count !== 0);
}

/** A group's rates are of sums over its members, never means of rounded rates (method `pooled-by-type@1`). */
function groupStatistics(members: readonly ListedAuthority[]): GroupStatistics {
  const tally = sumTallies(members.map((member) => member.tally));
  const { upheld, compliance, satisfactoryRemedies } = countedRates(tally);
  return {
    authorities: members.length,
    upheld,
    compliance: { ...compliance, late: tally['complied-late'] },
    satisfactoryRemedies,
    decided: decidedOf(tally),
  };
}

function ratesOf(tally: Tally, group: GroupStatistics | undefined) {
  const { upheld, compliance, satisfactoryRemedies } = countedRates(tally);
  const average = (rate: 'upheld' | 'compliance' | 'satisfactoryRemedies') =>
    group === undefined ? null : averageOf(group[rate], group.authorities);
  return {
    upheld: { ...upheld, average: average('upheld') },
    compliance: { ...compliance, late: tally['complied-late'], average: average('compliance') },
    satisfactoryRemedies: { ...satisfactoryRemedies, average: average('satisfactoryRemedies') },
  };
}

function averageOf({ count, of, percent: pooled }: CountedRate, authorities: number): Average {
  return { count, of, percent: pooled, authorities };
}

/**
 * The three rates (design 1): upheld of detailed investigations, never of all decisions; cases complied,
 * on time or late, of compliance outcomes; satisfactory remedies of upheld cases.
 */
function countedRates(tally: Tally) {
  const complied = tally.complied + tally['complied-late'];
  return {
    upheld: rate(tally.upheld, tally.upheld + tally['not-upheld']),
    compliance: rate(complied, complied + tally['not-complied']),
    satisfactoryRemedies: rate(tally['satisfactory-remedy'], tally.upheld),
  };
}

function rate(count: number, of: number): CountedRate {
  return { count, of, percent: percent(count, of) };
}

function decidedOf(tally: Tally): GroupStatistics['decided'] {
  return Object.fromEntries(
    DECISION_OUTCOMES.map((outcome) => [outcome, tally[outcome]]),
  ) as GroupStatistics['decided'];
}
