import type { AuthorityCode } from '../../src/authorities/authority-code.js';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { readRegister } from '../../src/authorities/shipped-register.js';
import type { AuthorityType } from '../../src/authorities/authority-type.js';
import type { ComplaintCommand } from '../../src/complaints/complaint.command.js';
import { renderText } from '../../src/letters/rendering/render-text.js';
import { readLetterProse } from '../../src/letters/run/input-files.js';
import { lettersOfYear } from '../../src/letters/run/letters-of-year.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { StatisticsOfYear } from '../../src/statistics/api/statistics.queries.js';
import { commandsFor, recordCase, type CaseCounts } from '../support/cases.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

const YEAR = reportingYear('2019-20');
const code = (text: string) => AuthorityCodeSchema.parse(text);
const BLABY = code('E07000129');
const WORCESTERSHIRE = code('E10000034');
const REDDITCH = code('E07000236');

/** The figures of the three letters as cases, sent one by one to the API. */
const LETTERS: readonly (readonly [AuthorityCode, CaseCounts])[] = [
  [BLABY, { upheld: 3, notUpheld: 1, satisfactoryRemedies: 1, complied: 2 }],
  [
    WORCESTERSHIRE,
    { upheld: 19, notUpheld: 3, satisfactoryRemedies: 3, complied: 8, compliedLate: 3, notComplied: 1 },
  ],
  [REDDITCH, { others: { 'referred-back': 2, 'closed-after-initial-enquiries': 1 } }],
];

/**
 * All other councils of a type, as cases: with those above, districts pool to 45% (90 of 200), 99% (99 of
 * 100) and 20% (18 of 90), counties to 66% (198 of 300), 100% (211 of 212) and 9% (18 of 198).
 */
const OTHERS: readonly (readonly [AuthorityType, CaseCounts])[] = [
  ['district', { upheld: 87, notUpheld: 109, satisfactoryRemedies: 17, complied: 97, notComplied: 1 }],
  ['county', { upheld: 179, notUpheld: 99, satisfactoryRemedies: 15, complied: 200 }],
];

let running: RunningUpheld;
let letters: ReadonlyMap<string, string>;

beforeAll(async () => {
  running = await runUpheld();
  for (const [authority, counts] of LETTERS) {
    for (const commands of commandsFor(authority, YEAR, counts)) await sendToApi(commands);
  }
  const councils = await readRegister();
  for (const [type, counts] of OTHERS) {
    const others = councils.filter(
      (council) => council.type === type && council.abolishedOn === null && !isNamed(council.code),
    );
    const cases = others
      .slice(0, 2)
      .flatMap(({ code: authority }, index) => commandsFor(authority, YEAR, index === 0 ? counts : {}));
    await Promise.all(cases.map((commands) => recordCase(running, commands)));
  }
  await running.upheld.caughtUp();
  const statistics = await running.queries.execute(new StatisticsOfYear(YEAR));
  const prose = await readLetterProse();
  const models = lettersOfYear({ statistics, prose, paragraphs: new Map() });
  letters = new Map(models.map((model) => [model.authority.code, renderText(model)]));
});

afterAll(() => running.close());

function isNamed(authority: AuthorityCode): boolean {
  return LETTERS.some(([named]) => named === authority);
}

const PATHS = {
  ReceiveComplaint: () => '/complaints',
  RecordDecision: (reference: string) => `/complaints/${reference}/decisions`,
  MakeRecommendation: (reference: string) => `/complaints/${reference}/recommendations`,
  CheckCompliance: (reference: string) => `/complaints/${reference}/recommendations/r1/checks`,
};

async function sendToApi(commands: readonly ComplaintCommand[]): Promise<void> {
  const reference = referenceOf(commands);
  for (const { type, ...content } of commands) {
    // The API assigns the ids of recommendations, and reads that of a check from the path.
    const body = Object.fromEntries(Object.entries(content).filter(([field]) => field !== 'recommendation'));
    const { status, body: answer } = await running.post(PATHS[type](reference), body);
    expect({ status, answer }).toEqual({ status: 201, answer });
  }
}

function referenceOf([first]: readonly ComplaintCommand[]) {
  if (first?.type !== 'ReceiveComplaint') throw new Error('a case begins with its receipt');
  return first.reference;
}

/** The lines of the statistics page without its heading. */
function blocksOf(authority: AuthorityCode): string[] {
  const lines = (letters.get(authority) ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.slice(lines.indexOf('For the period ending: 31/03/20') + 1);
}

describe('the statistics page of a letter, from cases sent to the API', () => {
  it('is that of the Blaby letter to the word', () => {
    expect(blocksOf(BLABY)).toEqual([
      'Complaints upheld',
      '75% of complaints we investigated were upheld.',
      'This compares to an average of 45% in similar authorities.',
      '3 upheld decisions',
      'Statistics are based on a total of 4 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      'Compliance with Ombudsman recommendations',
      'In 100% of cases we were satisfied the authority had successfully implemented our recommendations.',
      'This compares to an average of 99% in similar authorities.',
      'Statistics are based on a total of 2 compliance outcomes for the period between 1 April 2019 to 31 March 2020',
      'Failure to comply with our recommendations is rare. An authority with a compliance rate below 100% should scrutinise those complaints where it failed to comply and identify any learning.',
      'Satisfactory remedies provided by the authority',
      'In 33% of upheld cases we found the authority had provided a satisfactory remedy before the complaint reached the Ombudsman.',
      'This compares to an average of 20% in similar authorities.',
      '1 satisfactory remedy decision',
      'Statistics are based on a total of 4 detailed investigations for the period between 1 April 2019 to 31 March 2020',
    ]);
  });

  it('is that of the Worcestershire letter to the word', () => {
    expect(blocksOf(WORCESTERSHIRE)).toEqual([
      'Complaints upheld',
      '86% of complaints we investigated were upheld.',
      'This compares to an average of 66% in similar authorities.',
      '19 upheld decisions',
      'Statistics are based on a total of 22 detailed investigations for the period between 1 April 2019 to 31 March 2020',
      'Compliance with Ombudsman recommendations',
      'In 92% of cases we were satisfied the authority had successfully implemented our recommendations.',
      'This compares to an average of 100% in similar authorities.',
      'Statistics are based on a total of 12 compliance outcomes for the period between 1 April 2019 to 31 March 2020',
      'Failure to comply with our recommendations is rare. An authority with a compliance rate below 100% should scrutinise those complaints where it failed to comply and identify any learning.',
      'Satisfactory remedies provided by the authority',
      'In 16% of upheld cases we found the authority had provided a satisfactory remedy before the complaint reached the Ombudsman.',
      'This compares to an average of 9% in similar authorities.',
      '3 satisfactory remedy decisions',
      'Statistics are based on a total of 22 detailed investigations for the period between 1 April 2019 to 31 March 2020',
    ]);
  });

  it('is that of the Redditch letter to the word', () => {
    expect(blocksOf(REDDITCH)).toEqual([
      'Complaints upheld',
      'The Ombudsman carried out no detailed investigations during this period',
      'Compliance with Ombudsman recommendations',
      'No recommendations were due for compliance in this period',
      'Satisfactory remedies provided by the authority',
      'The Ombudsman did not uphold any detailed investigations during this period',
    ]);
  });

  it('has the figures that the API returns', async () => {
    const { status, body } = await running.get(`/authorities/${WORCESTERSHIRE}/statistics/2019-20`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      authority: { code: WORCESTERSHIRE, name: 'Worcestershire County Council', type: 'county' },
      upheld: { count: 19, of: 22, percent: 86, average: { count: 198, of: 300, percent: 66 } },
      compliance: { count: 11, of: 12, percent: 92, late: 3, average: { count: 211, of: 212, percent: 100 } },
      satisfactoryRemedies: { count: 3, of: 19, percent: 16, average: { count: 18, of: 198, percent: 9 } },
      basis: { snapshot: null, synthetic: false },
    });
  });
});
