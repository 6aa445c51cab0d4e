import type { AuthorityCode } from '../../authorities/authority-code.js';
import { longDate, type LocalDate } from '../../platform/local-date.js';
import type { ReportingRules } from '../../reporting-years/reporting-rules.types.js';
import { periodOf, type ReportingYear } from '../../statistics/rates/reporting-year.js';
import type { AuthorityStatistics } from '../../statistics/rates/statistics.types.js';
import { mapTexts, textsOf, type LetterProse, type PLACEHOLDERS, type ProseBlock } from './letter-prose.js';
import { fillPlaceholders } from './placeholders.js';
import { statisticsBlocks, type StatisticsBlock } from './statistics-blocks.js';

/** The addressee: a title such as "Chief Executive", and a name ("Mrs Toman") where it is known. */
export type Recipient = Readonly<{ title: string; name?: string }>;

/** Everything a letter prints, as plain data. Each renderer lays out the same words. */
export type LetterModel = Readonly<{
  authority: Readonly<{ code: AuthorityCode; name: string }>;
  year: ReportingYear;
  language: 'en-GB';
  title: string;
  date: LocalDate;
  letterhead: string;
  dateLine: string;
  delivery: string;
  addressee: readonly string[];
  salutation: string;
  subject: string;
  body: readonly ProseBlock[];
  closing: string;
  signatory: readonly string[];
  statistics: Readonly<{ heading: string; period: string; blocks: readonly StatisticsBlock[] }>;
  /** Printed on every page outside the statistics blocks when the figures are synthetic; else null. */
  notice: string | null;
}>;

/** What a letter is made of. */
export type LetterParts = Readonly<{
  statistics: AuthorityStatistics;
  recipient: Recipient;
  /** The council's own paragraphs, printed as written between "Complaint statistics" and the next section. */
  paragraphs: readonly string[];
  rules: ReportingRules;
  prose: LetterProse;
}>;

const SYNTHETIC_NOTICE = "Synthetic data for demonstration: not the council's figures";

/**
 * One council's letter for one year. It prints no log position and no hash, so the same figures always give the same
 * letter.
 * @throws RangeError when the statistics and the rules are of different years.
 */
export function letterModel({ statistics, recipient, paragraphs, rules, prose }: LetterParts): LetterModel {
  const name = normalised(statistics.authority.name);
  const { from, to } = periodOf(rules.year);
  const fill = (text: string) => fillPlaceholders(text, values);
  const values: Record<(typeof PLACEHOLDERS)[number], string> = {
    authority: name,
    reportingYear: rules.year,
    yearBeginning: longDate(from),
    yearEnding: longDate(to),
    letterDate: longDate(rules.letterDate),
    publishedOn: longDate(rules.publicationDate),
  };
  const title = normalised(recipient.title);
  const recipientName = normalised(recipient.name ?? '');
  const subject = `Annual Review letter ${rules.subjectYear}`;
  const synthetic = statistics.basis.synthetic;

  return {
    authority: { code: statistics.authority.code, name },
    year: rules.year,
    language: 'en-GB',
    title: `${subject}: ${name}${synthetic ? ' (synthetic data)' : ''}`,
    date: rules.letterDate,
    letterhead: fill(prose.letterhead),
    dateLine: longDate(rules.letterDate),
    delivery: rules.delivery,
    addressee: [...(recipientName === '' ? [] : [recipientName]), title, name],
    salutation: `Dear ${recipientName === '' ? title : recipientName}`,
    subject,
    body: [
      ...prose.before.map((block) => mapTexts(block, fill)),
      ...ownParagraphs(paragraphs),
      ...prose.after.map((block) => mapTexts(block, fill)),
    ],
    closing: fill(prose.closing),
    signatory: prose.signatory.map(fill),
    statistics: {
      heading: name,
      period: `For the period ending: ${shortDate(to)}`,
      blocks: statisticsBlocks(statistics, rules),
    },
    notice: synthetic ? SYNTHETIC_NOTICE : null,
  };
}

/** All texts of a letter in reading order, without the notice. Every rendering contains them. */
export function readingOrder(model: LetterModel): string[] {
  return [
    model.letterhead,
    model.dateLine,
    model.delivery,
    ...model.addressee,
    model.salutation,
    model.subject,
    ...model.body.flatMap(textsOf),
    model.closing,
    ...model.signatory,
    model.statistics.heading,
    model.statistics.period,
    ...model.statistics.blocks.flatMap(({ heading, doughnut, lines }) => [
      heading,
      ...(doughnut === null ? [] : [doughnut.label]),
      ...lines.map((line) => line.text),
    ]),
  ];
}

/** A council's own words hold no placeholder and no markup. */
function ownParagraphs(paragraphs: readonly string[]): ProseBlock[] {
  return paragraphs
    .map(normalised)
    .filter((text) => text !== '')
    .map((text) => ({ kind: 'paragraph', text }));
}

/** The text with composed characters (NFC) and single spaces, because it may have been pasted from elsewhere. */
function normalised(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .trim();
}

/** `2020-03-31` as `31/03/20`, the form of the statistics page. */
function shortDate(date: LocalDate): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${month}/${year.slice(2)}`;
}
