import type { AuthorityCode } from '../authorities/authority-code.js';
import type { AuthorityType } from '../authorities/authority-type.js';
import type { Authority } from '../authorities/authority.js';
import type { DecisionOutcome } from '../complaints/complaint.events.js';
import { Draw } from './draw.js';

/** How many cases of each kind one council has in the synthetic year. */
export type Figures = Readonly<{
  upheld: number;
  notUpheld: number;
  /** Of the upheld. */
  satisfactoryRemedies: number;
  /** Of the upheld that had no satisfactory remedy: cases with a compliance outcome in the year. */
  complied: number;
  compliedLate: number;
  notComplied: number;
  others: Readonly<Partial<Record<DecisionOutcome, number>>>;
}>;

/** A type's totals, so that the averages come out as the 2019-20 letters print them. */
type Totals = Readonly<{
  investigations: number;
  upheld: number;
  satisfactoryRemedies: number;
  complianceOutcomes: number;
  notComplied: number;
}>;

/** District 45/99/20 and county 66/100/9 as printed; the letters tell nothing of the other types, so these are invented. */
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

const NOTHING: Figures = {
  upheld: 0,
  notUpheld: 0,
  satisfactoryRemedies: 0,
  complied: 0,
  compliedLate: 0,
  notComplied: 0,
  others: {},
};

/** Exactly the figures of their letters (annual review letters 2019-20); the letters tell nothing of `others`. */
export const LETTER_FIGURES: ReadonlyMap<string, Figures> = new Map([
  ['E07000129', { ...NOTHING, upheld: 3, notUpheld: 1, satisfactoryRemedies: 1, complied: 2 }],
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
  ['E07000236', { ...NOTHING, others: { 'referred-back': 3, 'closed-after-initial-enquiries': 2 } }],
]);

type Mutable = { -readonly [Key in keyof Figures]: Figures[Key] };

/** Figures for every council given, such that each type's totals are those above. */
export function syntheticFigures(authorities: readonly Authority[]): Map<AuthorityCode, Figures> {
  const figures = new Map<AuthorityCode, Figures>();
  for (const type of Object.keys(TOTALS) as AuthorityType[]) {
    const members = authorities.filter((authority) => authority.type === type);
    const fixed = members.filter(({ code }) => LETTER_FIGURES.has(code));
    for (const { code } of fixed) figures.set(code, LETTER_FIGURES.get(code) ?? NOTHING);
    const rest = members.filter(({ code }) => !LETTER_FIGURES.has(code)).map(({ code }) => code);
    const left = remaining(TOTALS[type], [...fixed.map(({ code }) => figures.get(code) ?? NOTHING)]);
    for (const [code, drawn] of drawFigures(type, rest, left)) figures.set(code, drawn);
  }
  return figures;
}

function remaining(whole: Totals, fixed: readonly Figures[]): Totals {
  const sum = (count: (figures: Figures) => number) =>
    fixed.reduce((total, figures) => total + count(figures), 0);
  return {
    investigations: whole.investigations - sum((own) => own.upheld + own.notUpheld),
    upheld: whole.upheld - sum((own) => own.upheld),
    satisfactoryRemedies: whole.satisfactoryRemedies - sum((own) => own.satisfactoryRemedies),
    complianceOutcomes:
      whole.complianceOutcomes - sum((own) => own.complied + own.compliedLate + own.notComplied),
    notComplied: whole.notComplied - sum((own) => own.notComplied),
  };
}

/** Deals a type's cases out to its councils like cards, so that councils differ as real ones do. */
function drawFigures(
  type: AuthorityType,
  codes: readonly AuthorityCode[],
  left: Totals,
): Map<AuthorityCode, Mutable> {
  const draw = new Draw(`upheld synthetic 2019-20 ${type}`);
  const figures = new Map<AuthorityCode, Mutable>(codes.map((code) => [code, { ...NOTHING }]));
  if (codes.length === 0) return figures;
  const of = (code: AuthorityCode): Mutable => figures.get(code) ?? { ...NOTHING };
  const weights = codes.flatMap((code) => Array.from({ length: draw.between(2, 9) }, () => code));
  const investigated = Array.from({ length: left.investigations }, (_, index) =>
    index < codes.length ? codes[index] : weights[draw.between(0, weights.length - 1)],
  ).filter((code) => code !== undefined);
  const cases = draw.shuffled(investigated);
  const upheld = cases.slice(0, left.upheld);
  const satisfactory = upheld.slice(0, left.satisfactoryRemedies);
  const checked = upheld.slice(
    left.satisfactoryRemedies,
    left.satisfactoryRemedies + left.complianceOutcomes,
  );
  for (const code of upheld) of(code).upheld += 1;
  for (const code of cases.slice(left.upheld)) of(code).notUpheld += 1;
  for (const code of satisfactory) of(code).satisfactoryRemedies += 1;
  checked.forEach((code, index) => {
    if (index < left.notComplied) of(code).notComplied += 1;
    else if (draw.between(1, 12) === 1) of(code).compliedLate += 1;
    else of(code).complied += 1;
  });
  for (const own of figures.values()) own.others = drawOthers(draw, own.upheld + own.notUpheld);
  return figures;
}

function drawOthers(draw: Draw, investigations: number): Figures['others'] {
  return {
    'invalid-or-incomplete': draw.between(0, 1 + Math.ceil(investigations / 3)),
    'advice-given': draw.between(0, 1 + Math.ceil(investigations / 4)),
    'referred-back': draw.between(1, 2 + investigations),
    'closed-after-initial-enquiries': draw.between(1, 3 + Math.ceil((investigations * 3) / 2)),
  };
}
