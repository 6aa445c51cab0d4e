import type { LocalDate } from '../platform/local-date.js';
import type { ReportingYear } from '../statistics/rates/reporting-year.js';

/** The rates that a letter can have a block for, as the statistics name them. */
export type RateName = 'upheld' | 'compliance' | 'satisfactoryRemedies';

/** What a line says, so that a renderer can style each kind. */
export type LineRole = 'rate' | 'average' | 'count' | 'base' | 'note';

/** The counts that a line of any block may quote. */
export type CountName = 'investigations' | 'upheld' | 'complianceOutcomes' | 'satisfactoryRemedies';

/**
 * The wording of one line of a block. Its placeholders are `{{percent}}` and `{{average}}` of the block's rate, each
 * count by its name, and `{{from}}` and `{{to}}`, the first and last day of the year. A line that quotes a figure
 * the council does not have is left out.
 */
export type LineWording = Readonly<
  | { role: Exclude<LineRole, 'count'>; text: string }
  | { role: 'count'; count: CountName; singular: string; plural: string }
>;

/** The wording of one block of the statistics page. */
export type BlockWording = Readonly<{
  rate: RateName;
  heading: string;
  lines: readonly LineWording[];
  /** The only sentence of the block where the rate's denominator is 0. */
  withoutFigures: string;
}>;

/**
 * All that differs in letters from one reporting year to another (design 1): the calendar, the rates shown, their
 * wording and the number each is said to be based on.
 */
export type ReportingRules = Readonly<{
  /** Name and version, `letter-2019-20@1`. The version rises when rules change after a letter was issued by them. */
  id: string;
  year: ReportingYear;
  /** The year in the letter's subject, `2020`. */
  subjectYear: string;
  letterDate: LocalDate;
  publicationDate: LocalDate;
  delivery: string;
  blocks: readonly BlockWording[];
}>;
