import type { AuthorityCode } from '../../authorities/authority-code.js';
import { NotFound } from '../../platform/errors.js';
import { reportingRulesFor } from '../../reporting-years/reporting-rules.js';
import type { YearStatistics } from '../../statistics/rates/statistics.types.js';
import { letterModel, type LetterModel, type Recipient } from '../model/letter-model.js';
import type { LetterProse } from '../model/letter-prose.js';
import type { CouncilParagraphs } from '../paragraphs/paragraph-file.js';

/** The recipient of every letter as long as the register names none. */
const DEFAULT_RECIPIENT: Recipient = { title: 'Chief Executive' };

/** What the letters of a year are made of. */
export type YearLetterParts = Readonly<{
  statistics: YearStatistics;
  prose: LetterProse;
  paragraphs: CouncilParagraphs;
  /** The councils that get a letter; all of the year when left out. */
  authorities?: readonly AuthorityCode[] | undefined;
}>;

/**
 * The letters of a year, in the order of the councils' codes.
 * @throws DomainRefusal for a year without reporting rules; NotFound for a council the year does not list.
 */
export function lettersOfYear({
  statistics,
  prose,
  paragraphs,
  authorities,
}: YearLetterParts): LetterModel[] {
  const rules = reportingRulesFor(statistics.year);
  const listed = new Set(statistics.authorities.map(({ authority }) => authority.code));
  for (const code of [...(authorities ?? []), ...paragraphs.keys()]) {
    if (!listed.has(code)) {
      throw new NotFound(
        'record-of-this-year-for-authority-not-found',
        `there is no record of this year for authority ${code}`,
      );
    }
  }
  return statistics.authorities
    .filter(({ authority }) => authorities?.includes(authority.code) ?? true)
    .map((councilStatistics) =>
      letterModel({
        statistics: councilStatistics,
        recipient: DEFAULT_RECIPIENT,
        paragraphs: paragraphs.get(councilStatistics.authority.code) ?? [],
        rules,
        prose,
      }),
    );
}
