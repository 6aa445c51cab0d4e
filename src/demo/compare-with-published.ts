import { textTable, type Column } from '../platform/cli/text-table.js';
import type { AuthorityStatistics, Rate, YearStatistics } from '../statistics/rates/statistics.types.js';
import { PUBLISHED_2019_20, type PublishedFigures } from './published-figures.js';

const RATES = ['upheld', 'compliance', 'satisfactoryRemedies'] as const;

const COLUMNS: readonly Column[] = [
  { title: 'council' },
  { title: 'upheld', align: 'right' },
  { title: 'average', align: 'right' },
  { title: 'compliance', align: 'right' },
  { title: 'average', align: 'right' },
  { title: 'sat. remedies', align: 'right' },
  { title: 'average', align: 'right' },
  { title: 'published letter' },
];

/** A table of the named councils' figures, and whether they agree with all figures that the letters print. */
export function compareWithPublished({ authorities }: YearStatistics): { lines: string[]; agrees: boolean } {
  const named = PUBLISHED_2019_20.map((published) => {
    const own = authorities.find(({ authority }) => authority.code === published.code);
    if (own === undefined) throw new Error(`the statistics do not list ${published.code}`);
    return { own, verdict: verdictOf(own, published) };
  });
  const rows = named.map(({ own, verdict }) => [
    own.authority.name,
    ...RATES.flatMap((rate) => [percentText(own[rate].percent), averageOf(own[rate])]),
    verdict,
  ]);
  return { lines: textTable(COLUMNS, rows), agrees: named.every(({ verdict }) => verdict !== DIFFERS) };
}

const DIFFERS = 'DIFFERS';

function verdictOf(own: AuthorityStatistics, { printed }: PublishedFigures): string {
  if (printed === null) return 'figures lost';
  const same = RATES.every((rate) => {
    const [percent, average] = printed[rate];
    // A letter that prints a sentence instead of a rate prints no average either.
    const ownAverage = own[rate].percent === null ? null : (own[rate].average?.percent ?? null);
    return own[rate].percent === percent && ownAverage === average;
  });
  return same ? 'the same' : DIFFERS;
}

function percentText(percent: number | null): string {
  return percent === null ? 'none' : `${percent}%`;
}

function averageOf(rate: Rate): string {
  return percentText(rate.average?.percent ?? null);
}
