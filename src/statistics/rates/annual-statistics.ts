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

/** The rules a figure was derived by, each with its version (design 1); `basis.rules` of every answer. */
export const STATISTICS_RULES = ['outcome-date@1', 'pooled-by-type@1', 'half-up-percent@1'] as const;

/** The types compared with an average of similar authorities; other bodies have none (design 1). */
const COMPARED: readonly AuthorityType[] = AuthorityTypeSchema.options.filter((type) => type !== 'other');

/** What a year's statistics are derived from: the register, and the counts of that year by council. */
export type YearCounts = Readonly<{
  year: ReportingYear;
  authorities: readonly Authority[];
  tallies: ReadonlyMap<AuthorityCode, Tally>;
  basis: Omit<Basis, 'rules'>;
}>;

/**
 * What one council's statistics are derived from: the counts of it and its peers. Of the nation it tells nothing,
 * and so is no {@link YearCounts}.
 */
export type PeerCounts = Omit<YearCounts, 'authorities'> &
  Readonly<{
    code: AuthorityCode;
    /** {@link peersOf} the council: none where the register does not have it. */
    peers: readonly Authority[];
  }>;

/** Those a body is compared with (method `pooled-by-type@1`): all of its type, the body itself included. */
export function peersOf(register: readonly Authority[], code: AuthorityCode): readonly Authority[] {
  const own = register.find((authority) => authority.code === code);
  return own === undefined ? [] : register.filter(({ type }) => type === own.type);
}

type Listed = Authority & { readonly tally: Tally };

/**
 * The statistics of every council, type and the nation in a year. A year lists each council in being on
 * any day of it, and any other with a decision or compliance outcome in it; so councils, types and nation
 * add up (design 1).
 *
 * @throws Error when the figures do not reconcile; nothing is answered then.
 */
export function annualStatistics({ year, authorities, tallies, basis: at }: YearCounts): YearStatistics {
  const listed = listedIn(year, authorities, tallies);
  const types = AuthorityTypeSchema.options
    .map((type) => ({ type, ...groupStatistics(listed.filter((authority) => authority.type === type)) }))
    .filter(({ type, authorities: members }) => COMPARED.includes(type) || members > 0);
  const pooled = new Map<AuthorityType, GroupStatistics>(types.map((of) => [of.type, of]));
  const basis = { ...at, rules: STATISTICS_RULES };
  const statistics: YearStatistics = {
    year,
    authorities: listed.map((council) => statisticsOf(council, year, pooled.get(council.type), basis)),
    types,
    national: groupStatistics(listed),
    basis,
  };
  reconcile(statistics);
  return statistics;
}

/**
 * The statistics of one council in a year, the same as among {@link annualStatistics}; null when the year does not
 * list it. They are reconciled with those of its type alone.
 *
 * @throws Error when the figures do not reconcile; nothing is answered then.
 */
export function authorityStatistics({
  code,
  year,
  peers,
  tallies,
  basis: at,
}: PeerCounts): AuthorityStatistics | null {
  const listed = listedIn(year, peers, tallies);
  const pooled = groupStatistics(listed);
  const basis = { ...at, rules: STATISTICS_RULES };
  const members = listed.map((council) => statisticsOf(council, year, pooled, basis));
  reconcileType(year, members, pooled);
  return members.find(({ authority }) => authority.code === code) ?? null;
}

function listedIn(
  year: ReportingYear,
  authorities: readonly Authority[],
  tallies: YearCounts['tallies'],
): Listed[] {
  const period = periodOf(year);
  const known = new Set(authorities.map((authority) => authority.code));
  for (const code of tallies.keys()) {
    if (!known.has(code)) throw new Error(`${code} has cases in ${year} but is not in the register`);
  }
  return authorities
    .map((authority): Listed => ({ ...authority, tally: tallies.get(authority.code) ?? EMPTY_TALLY }))
    .filter((authority) => inBeing(authority, period) || counts(authority.tally))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

function statisticsOf(
  { code, name, type, tally }: Listed,
  year: ReportingYear,
  pooled: GroupStatistics | undefined,
  basis: Basis,
): AuthorityStatistics {
  return {
    authority: { code, name, type },
    year,
    ...ratesOf(tally, COMPARED.includes(type) ? pooled : undefined),
    upheldPer100k: null,
    decided: decidedOf(tally),
    basis,
  };
}

function counts(tally: Tally): boolean {
  return Object.values(tally).some((count) => count !== 0);
}

/** A group's own rates are sums over its members, never means of rounded ones (method `pooled-by-type@1`). */
function groupStatistics(members: readonly Listed[]): GroupStatistics {
  const tally = sumTallies(members.map((member) => member.tally));
  const { upheld, compliance, satisfactoryRemedies } = countsOf(tally);
  return {
    authorities: members.length,
    upheld,
    compliance: { ...compliance, late: tally['complied-late'] },
    satisfactoryRemedies,
    decided: decidedOf(tally),
  };
}

function ratesOf(tally: Tally, group: GroupStatistics | undefined) {
  const own = countsOf(tally);
  const average = (which: 'upheld' | 'compliance' | 'satisfactoryRemedies') =>
    group === undefined ? null : averageOf(group[which], group.authorities);
  return {
    upheld: { ...own.upheld, average: average('upheld') },
    compliance: { ...own.compliance, late: tally['complied-late'], average: average('compliance') },
    satisfactoryRemedies: { ...own.satisfactoryRemedies, average: average('satisfactoryRemedies') },
  };
}

function averageOf({ count, of, percent: rate }: CountedRate, authorities: number): Average {
  return { count, of, percent: rate, authorities };
}

/**
 * The three rates (design 1): upheld of detailed investigations, never of all decisions; cases complied,
 * on time or late, of compliance outcomes; satisfactory remedies of upheld cases.
 */
function countsOf(tally: Tally) {
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
