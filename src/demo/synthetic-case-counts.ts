import type { AuthorityCode } from '../authorities/authority-code.js';
import type { AuthorityType } from '../authorities/authority-type.js';
import type { Authority } from '../authorities/authority.js';
import type { DecisionOutcome } from '../complaints/complaint.events.js';
import { SeededRandom } from './seeded-random.js';

/** How many cases of each kind one council has in the synthetic year. */
export type CaseCounts = Readonly<{
  upheld: number;
  notUpheld: number;
  /** Of the upheld. */
  satisfactoryRemedies: number;
  /** Of the upheld without a satisfactory remedy: cases with a compliance outcome in the year. */
  complied: number;
  compliedLate: number;
  notComplied: number;
  others: Readonly<Partial<Record<DecisionOutcome, number>>>;
}>;

/** The totals of a type of authority, from which its averages follow. */
type Totals = Readonly<{
  investigations: number;
  upheld: number;
  satisfactoryRemedies: number;
  complianceOutcomes: number;
  notComplied: number;
}>;

/** District 45/99/20 and county 66/100/9 as printed. The other types' averages are not known, so their totals are invented. */
const TOTALS: Readonly<Record<AuthorityType, Totals>> = {
  district: totals(1200, 540, 108, 300, 3),
  county: totals(600, 396, 36, 312, 1),
  'metropolitan-borough': totals(900, 585, 64, 440, 4),
  unitary: totals(1000, 590, 71, 450, 5),
  'london-borough': totals(1100, 770, 100, 560, 11),
  other: totals(0, 0, 0, 0, 0),
};

function totals(
  investigations: number,
  upheld: number,
  satisfactoryRemedies: number,
  complianceOutcomes: number,
  notComplied: number,
): Totals {
  return { investigations, upheld, satisfactoryRemedies, complianceOutcomes, notComplied };
}

const NO_CASES: CaseCounts = {
  upheld: 0,
  notUpheld: 0,
  satisfactoryRemedies: 0,
  complied: 0,
  compliedLate: 0,
  notComplied: 0,
  others: {},
};

/** Exactly the counts of their annual review letters 2019-20, which do not print `others`. */
export const PUBLISHED_COUNTS: ReadonlyMap<string, CaseCounts> = new Map([
  ['E07000129', { ...NO_CASES, upheld: 3, notUpheld: 1, satisfactoryRemedies: 1, complied: 2 }],
  [
    'E10000034',
    {
      upheld: 19,
      notUpheld: 3,
      satisfactoryRemedies: 3,
      complied: 8,
      compliedLate: 3,
      notComplied: 1,
      others: { 'referred-back': 17, 'closed-after-initial-enquiries': 20, 'invalid-or-incomplete': 4 },
    },
  ],
  ['E07000236', { ...NO_CASES, others: { 'referred-back': 3, 'closed-after-initial-enquiries': 2 } }],
]);

type MutableCounts = { -readonly [Key in keyof CaseCounts]: CaseCounts[Key] };

/** Counts for every council given, such that each type's totals are those above. */
export function syntheticCaseCounts(authorities: readonly Authority[]): Map<AuthorityCode, CaseCounts> {
  const counts = new Map<AuthorityCode, CaseCounts>();
  for (const type of Object.keys(TOTALS) as AuthorityType[]) {
    const members = authorities.filter((authority) => authority.type === type);
    const published: CaseCounts[] = [];
    const others: AuthorityCode[] = [];
    for (const { code } of members) {
      const own = PUBLISHED_COUNTS.get(code);
      if (own === undefined) others.push(code);
      else {
        published.push(own);
        counts.set(code, own);
      }
    }
    for (const [code, own] of distribute(type, others, remaining(TOTALS[type], published))) {
      counts.set(code, own);
    }
  }
  return counts;
}

/** The totals of a type without the councils whose counts are published. */
function remaining(whole: Totals, published: readonly CaseCounts[]): Totals {
  const sum = (count: (counts: CaseCounts) => number) =>
    published.reduce((total, counts) => total + count(counts), 0);
  return {
    investigations: whole.investigations - sum((own) => own.upheld + own.notUpheld),
    upheld: whole.upheld - sum((own) => own.upheld),
    satisfactoryRemedies: whole.satisfactoryRemedies - sum((own) => own.satisfactoryRemedies),
    complianceOutcomes:
      whole.complianceOutcomes - sum((own) => own.complied + own.compliedLate + own.notComplied),
    notComplied: whole.notComplied - sum((own) => own.notComplied),
  };
}

/** Distributes a type's cases among its councils at random, so that councils differ as real ones do. */
function distribute(
  type: AuthorityType,
  codes: readonly AuthorityCode[],
  totalsLeft: Totals,
): Map<AuthorityCode, MutableCounts> {
  const random = new SeededRandom(`upheld synthetic 2019-20 ${type}`);
  const counts = new Map<AuthorityCode, MutableCounts>(codes.map((code) => [code, { ...NO_CASES }]));
  if (codes.length === 0) return counts;
  const countsOf = (code: AuthorityCode): MutableCounts => counts.get(code) ?? { ...NO_CASES };
  const weights = codes.flatMap((code) => Array.from({ length: random.integer(2, 9) }, () => code));
  const investigated = Array.from({ length: totalsLeft.investigations }, (_, index) =>
    index < codes.length ? codes[index] : weights[random.integer(0, weights.length - 1)],
  ).filter((code) => code !== undefined);
  const cases = random.shuffled(investigated);
  const upheld = cases.slice(0, totalsLeft.upheld);
  const satisfactory = upheld.slice(0, totalsLeft.satisfactoryRemedies);
  const checked = upheld.slice(
    totalsLeft.satisfactoryRemedies,
    totalsLeft.satisfactoryRemedies + totalsLeft.complianceOutcomes,
  );
  for (const code of upheld) countsOf(code).upheld += 1;
  for (const code of cases.slice(totalsLeft.upheld)) countsOf(code).notUpheld += 1;
  for (const code of satisfactory) countsOf(code).satisfactoryRemedies += 1;
  checked.forEach((code, index) => {
    if (index < totalsLeft.notComplied) countsOf(code).notComplied += 1;
    else if (random.integer(1, 12) === 1) countsOf(code).compliedLate += 1;
    else countsOf(code).complied += 1;
  });
  for (const own of counts.values()) own.others = randomOthers(random, own.upheld + own.notUpheld);
  return counts;
}

function randomOthers(random: SeededRandom, investigations: number): CaseCounts['others'] {
  return {
    'invalid-or-incomplete': random.integer(0, 1 + Math.ceil(investigations / 3)),
    'advice-given': random.integer(0, 1 + Math.ceil(investigations / 4)),
    'referred-back': random.integer(1, 2 + investigations),
    'closed-after-initial-enquiries': random.integer(1, 3 + Math.ceil((investigations * 3) / 2)),
  };
}
