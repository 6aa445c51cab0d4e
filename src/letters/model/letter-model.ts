import type { AuthorityCode } from '../../authorities/authority-code.js';
import { longDate, type LocalDate } from '../../platform/local-date.js';
import type { ReportingRules } from '../../reporting-years/reporting-rules.types.js';
import { periodOf, type ReportingYear } from '../../statistics/rates/reporting-year.js';
import type { AuthorityStatistics } from '../../statistics/rates/statistics.types.js';
import { textsOf, type LetterProse, type PLACEHOLDERS, type ProseBlock } from './letter-prose.js';
import { fillPlaceholders } from './placeholders.js';
import { statisticsBlocks, type StatisticsBlock } from './statistics-blocks.js';

/** Whom a letter is addressed to: a title such as "Chief Executive", and a name ("Mrs Toman") where known. */
export type Recipient = Readonly<{ title: string; name?: string }>;

/** Everything a letter prints, as plain data; each renderer sets the same words in its own way. */
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
  /** What every page says outside the three blocks when the figures are invented; null when they are not. */
  notice: string | null;
}>;

export type LetterParts = Readonly<{
  statistics: AuthorityStatistics;
  recipient: Recipient;
  /** The council's own paragraphs, printed as they stand, between the statistics section and the next. */
  paragraphs: readonly string[];
  rules: ReportingRules;
  prose: LetterProse;
}>;

const SYNTHETIC = "Synthetic data for demonstration: not the council's figures";

/**
 * One council's letter for one year. It prints no position in the log and no hash, so the same figures give
 * the same letter wherever they were read.
 * @throws RangeError when the statistics are of another year than the rules.
 */
export function letterModel({ statistics, recipient, paragraphs, rules, prose }: LetterParts): LetterModel {
  const name = inOneLine(statistics.authority.name);
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
  const title = inOneLine(recipient.title);
  const person = inOneLine(recipient.name ?? '');
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
    addressee: [...(person === '' ? [] : [person]), title, name],
    salutation: `Dear ${person === '' ? title : person}`,
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
    notice: synthetic ? SYNTHETIC : null,
  };
}

/** Every text of a letter in the order it is read, the notice left out: what any rendering must contain. */
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

/** A council's own words: nothing in them is a placeholder or markup. */
function ownParagraphs(paragraphs: readonly string[]): ProseBlock[] {
  return paragraphs
    .map(inOneLine)
    .filter((text) => text !== '')
    .map((text) => ({ kind: 'paragraph', text }));
}

/** Composed characters and single spaces, so that a text pasted from elsewhere is set like any other. */
function inOneLine(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .trim();
}

function mapTexts(block: ProseBlock, change: (text: string) => string): ProseBlock {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return { kind: block.kind, text: change(block.text) };
    case 'list':
      return { kind: block.kind, items: block.items.map(change) };
    case 'definitions':
      return {
        kind: block.kind,
        entries: block.entries.map(({ term, text }) => ({ term: change(term), text: change(text) })),
      };
  }
}

/** `2020-03-31` as the statistics page prints it, `31/03/20`. */
function shortDate(date: LocalDate): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${month}/${year.slice(2)}`;
}
