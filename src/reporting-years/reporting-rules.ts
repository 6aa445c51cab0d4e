import { localDate, type LocalDate } from '../platform/local-date.js';
import { DomainRefusal } from '../platform/errors.js';
import { reportingYear, type ReportingYear } from '../statistics/rates/reporting-year.js';

/** The rates a letter can print a block about, as the statistics name them. */
export type RateName = 'upheld' | 'compliance' | 'satisfactoryRemedies';

/** What a line is for, so that a renderer can set each kind in its own way. */
export type LineRole = 'rate' | 'average' | 'count' | 'base' | 'note';

/** The counts a line may quote, whichever block it stands in. */
export type QuotedCount = 'investigations' | 'upheld' | 'complianceOutcomes' | 'satisfactoryRemedies';

/**
 * One line of a block. It may quote `{{percent}}` and `{{average}}` of its block's measure, each count by its
 * name, and `{{from}}` and `{{to}}`, the first and last day of the year. A line that quotes a figure the
 * council does not have is left out.
 */
export type LineRule = Readonly<
  | { role: Exclude<LineRole, 'count'>; text: string }
  | { role: 'count'; of: QuotedCount; one: string; many: string }
>;

/** A block of the statistics page; `none` is its one sentence where the measure's denominator is 0. */
export type BlockRule = Readonly<{
  measure: RateName;
  heading: string;
  lines: readonly LineRule[];
  none: string;
}>;

/**
 * All that a letter says differently from one reporting year to the next (design 1): the calendar, the
 * measures shown, their wording and the number each is said to be based on. A later year is a later entry.
 */
export type ReportingRules = Readonly<{
  /** Name and version, `letter-2019-20@1`; raised when an entry is changed after a letter was issued by it. */
  id: string;
  year: ReportingYear;
  /** The year in the letter's subject, `2020`. */
  review: string;
  letterDate: LocalDate;
  publicationDate: LocalDate;
  delivery: string;
  blocks: readonly BlockRule[];
}>;

const AVERAGE: LineRule = {
  role: 'average',
  text: 'This compares to an average of {{average}}% in similar authorities.',
};

/** The sentence that names the base; the words keep the plural whatever the number (design 1). */
function base(count: QuotedCount, words: string): LineRule {
  return {
    role: 'base',
    text: `Statistics are based on a total of {{${count}}} ${words} for the period between {{from}} to {{to}}`,
  };
}

const UPHELD_2019_20: BlockRule = {
  measure: 'upheld',
  heading: 'Complaints upheld',
  lines: [
    { role: 'rate', text: '{{percent}}% of complaints we investigated were upheld.' },
    AVERAGE,
    { role: 'count', of: 'upheld', one: '{{upheld}} upheld decision', many: '{{upheld}} upheld decisions' },
    base('investigations', 'detailed investigations'),
  ],
  none: 'The Ombudsman carried out no detailed investigations during this period',
};

const COMPLIANCE_2019_20: BlockRule = {
  measure: 'compliance',
  heading: 'Compliance with Ombudsman recommendations',
  lines: [
    {
      role: 'rate',
      text: 'In {{percent}}% of cases we were satisfied the authority had successfully implemented our recommendations.',
    },
    AVERAGE,
    base('complianceOutcomes', 'compliance outcomes'),
    {
      role: 'note',
      text:
        'Failure to comply with our recommendations is rare. An authority with a compliance rate below 100% ' +
        'should scrutinise those complaints where it failed to comply and identify any learning.',
    },
  ],
  none: 'No recommendations were due for compliance in this period',
};

const REMEDIES_2019_20: BlockRule = {
  measure: 'satisfactoryRemedies',
  heading: 'Satisfactory remedies provided by the authority',
  lines: [
    {
      role: 'rate',
      text:
        'In {{percent}}% of upheld cases we found the authority had provided a satisfactory remedy ' +
        'before the complaint reached the Ombudsman.',
    },
    AVERAGE,
    {
      role: 'count',
      of: 'satisfactoryRemedies',
      one: '{{satisfactoryRemedies}} satisfactory remedy decision',
      many: '{{satisfactoryRemedies}} satisfactory remedy decisions',
    },
    // The rate is of upheld cases, yet this year's letters print the number of investigations here.
    base('investigations', 'detailed investigations'),
  ],
  none: 'The Ombudsman did not uphold any detailed investigations during this period',
};

const RULES: readonly ReportingRules[] = [
  {
    id: 'letter-2019-20@1',
    year: reportingYear('2019-20'),
    review: '2020',
    letterDate: localDate('2020-07-22'),
    publicationDate: localDate('2020-07-29'),
    delivery: 'By email',
    blocks: [UPHELD_2019_20, COMPLIANCE_2019_20, REMEDIES_2019_20],
  },
];

/**
 * The rules by which a year's letters are written. Rates derive for any year; only a letter needs these.
 * @throws DomainRefusal `no-reporting-rules` for a year without an entry, naming the years that have one.
 */
export function reportingRulesFor(year: ReportingYear): ReportingRules {
  const rules = RULES.find((entry) => entry.year === year);
  if (rules !== undefined) return rules;
  const years = RULES.map((entry) => entry.year).join(', ');
  throw new DomainRefusal(
    'no-reporting-rules',
    `no letters can be written for ${year}: there are reporting rules for ${years} only`,
    'year',
  );
}
