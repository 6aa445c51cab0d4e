import { longDate } from '../../platform/local-date.js';
import type { LineRole, LineRule, RateName, ReportingRules } from '../../reporting-years/reporting-rules.js';
import { periodOf } from '../../statistics/rates/reporting-year.js';
import type { AuthorityStatistics } from '../../statistics/rates/statistics.types.js';
import { fillPlaceholders, placeholdersIn } from './placeholders.js';

/** A line as it is printed; `none` is the sentence of a block without figures. */
export type StatisticsLine = Readonly<{ role: LineRole | 'none'; text: string }>;

/** A doughnut: whole per cents from 0 to 100, the words inside the ring, and the words in place of it. */
export type Doughnut = Readonly<{ percent: number; label: string; alternative: string }>;

/** One block of the statistics page; without figures it has no doughnut and one sentence. */
export type StatisticsBlock = Readonly<{
  measure: RateName;
  heading: string;
  doughnut: Doughnut | null;
  lines: readonly StatisticsLine[];
}>;

/**
 * The blocks of a council's statistics page, to the word of that year's letters. Each is decided alone: a
 * council with investigations and none upheld has 0% in the first block and a sentence in the third (design 1).
 * @throws RangeError when the rules are another year's.
 */
export function statisticsBlocks(
  statistics: AuthorityStatistics,
  rules: ReportingRules,
): readonly StatisticsBlock[] {
  if (statistics.year !== rules.year) {
    throw new RangeError(`statistics of ${statistics.year} cannot be worded by the rules of ${rules.year}`);
  }
  return rules.blocks.map(({ measure, heading, lines, none }) => {
    const { percent, average } = statistics[measure];
    if (percent === null) return { measure, heading, doughnut: null, lines: [{ role: 'none', text: none }] };

    const figures = { ...figuresOf(statistics), percent, average: average?.percent ?? null };
    return {
      measure,
      heading,
      doughnut: { percent, label: `${percent}%`, alternative: `Doughnut chart. ${heading}: ${percent}%.` },
      lines: lines.flatMap((rule) => lineOf(rule, figures)),
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

/** The line, or nothing where it quotes a figure that the council does not have. */
function lineOf(rule: LineRule, figures: Figures): StatisticsLine[] {
  const sentence = rule.role === 'count' ? (figures[rule.of] === 1 ? rule.one : rule.many) : rule.text;
  if (placeholdersIn(sentence).some((name) => figures[name] === null)) return [];
  const values = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)]));
  return [{ role: rule.role, text: fillPlaceholders(sentence, values) }];
}
