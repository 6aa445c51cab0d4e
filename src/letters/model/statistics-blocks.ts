import { longDate } from '../../platform/local-date.js';
import type {
  LineRole,
  LineWording,
  RateName,
  ReportingRules,
} from '../../reporting-years/reporting-rules.types.js';
import { periodOf } from '../../statistics/rates/reporting-year.js';
import type { AuthorityStatistics } from '../../statistics/rates/statistics.types.js';
import { fillPlaceholders, placeholdersIn } from './placeholders.js';

/** A line as printed. Its role is `none` in a block without figures. */
export type StatisticsLine = Readonly<{ role: LineRole | 'none'; text: string }>;

/** A doughnut chart: whole per cents from 0 to 100, the label inside the ring, and the text alternative. */
export type Doughnut = Readonly<{ percent: number; label: string; alternative: string }>;

/** One block of the statistics page. Without figures it has no doughnut and one sentence. */
export type StatisticsBlock = Readonly<{
  rate: RateName;
  heading: string;
  doughnut: Doughnut | null;
  lines: readonly StatisticsLine[];
}>;

/**
 * The blocks of a council's statistics page, in the wording of that year's letters. Each block is decided alone: a
 * council with investigations, none of them upheld, has 0% in the first and a sentence in the third (design 1).
 * @throws RangeError when the rules are those of another year.
 */
export function statisticsBlocks(
  statistics: AuthorityStatistics,
  rules: ReportingRules,
): readonly StatisticsBlock[] {
  if (statistics.year !== rules.year) {
    throw new RangeError(`statistics of ${statistics.year} cannot be worded by the rules of ${rules.year}`);
  }
  return rules.blocks.map(({ rate, heading, lines, withoutFigures }) => {
    const { percent, average } = statistics[rate];
    if (percent === null) {
      return { rate, heading, doughnut: null, lines: [{ role: 'none', text: withoutFigures }] };
    }

    const figures = { ...figuresOf(statistics), percent, average: average?.percent ?? null };
    return {
      rate,
      heading,
      doughnut: { percent, label: `${percent}%`, alternative: `Doughnut chart. ${heading}: ${percent}%.` },
      lines: lines.flatMap((wording) => lineOf(wording, figures)),
    };
  });
}

type Figures = Readonly<Record<string, number | string | null>>;

function figuresOf({ year, upheld, compliance, satisfactoryRemedies }: AuthorityStatistics) {
  const { from, to } = periodOf(year);
  return {
    investigations: upheld.of,
    upheld: upheld.count,
    complianceOutcomes: compliance.of,
    satisfactoryRemedies: satisfactoryRemedies.count,
    from: longDate(from),
    to: longDate(to),
  };
}

/** The line, or none where it quotes a figure that the council does not have. */
function lineOf(wording: LineWording, figures: Figures): StatisticsLine[] {
  const sentence = sentenceOf(wording, figures);
  if (placeholdersIn(sentence).some((name) => figures[name] === null)) return [];
  const values = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)]));
  return [{ role: wording.role, text: fillPlaceholders(sentence, values) }];
}

function sentenceOf(wording: LineWording, figures: Figures): string {
  if (wording.role !== 'count') return wording.text;
  return figures[wording.count] === 1 ? wording.singular : wording.plural;
}
