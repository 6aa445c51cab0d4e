import {
  complied,
  decision,
  file,
  importsOfTests,
  notComplied,
  numbers,
  printed,
  recommendation,
  ref,
} from '../support/import-files.js';

const { imported, complaint, store } = importsOfTests();

describe('a bad row', () => {
  it('prevents its case in all files from being stored, and no other', async () => {
    const result = await imported({
      decisions: [decision(1), decision(2, { decided_on: '2019-13-02' }), decision(3), decision(4)],
      recommendations: [recommendation(1), recommendation(2), recommendation(3, 'no good')],
      compliance: [complied(1), complied(2), complied(3), complied(4, 'r7'), complied(9)],
    });
    expect(result).toMatchObject({ added: 1, refused: 4, events: 5, exitCode: 4 });
    expect(result.problems).toEqual([
      `decisions.csv:3 decided_on: must be a calendar date, YYYY-MM-DD (${printed(2)} not stored)`,
      `recommendations.csv:4 recommendation: must be 1 to 40 letters, digits, dots, dashes or underscores (${printed(3)} not stored)`,
      `compliance.csv:5 recommendation: there is no recommendation r7 on case ${ref(4)} (${printed(4)} not stored)`,
      `compliance.csv:6 reference: there is no complaint ${ref(9)} (${printed(9)} not stored)`,
    ]);
    expect(await complaint(2)).toBeNull();
    expect(await complaint(4)).toBeNull();
  });

  it.each<[string, Record<string, string>, string]>([
    ['an unknown council', { authority: 'E07999999' }, 'authority: E07999999 is not in the register'],
    ['no council code', { authority: 'Blaby' }, 'authority: must be an ONS code such as E07000129'],
    [
      'a decision before its council began',
      { authority: 'E06000060' },
      'decided_on: 2019-09-02 is before Buckinghamshire Council began, 2020-04-01',
    ],
    ['a decision in the future', { decided_on: '2020-04-21' }, 'decided_on: 2020-04-21 is after today'],
    [
      'a mistyped year',
      { received_on: '0219-05-01', decided_on: '0219-09-02' },
      'received_on: 0219-05-01 is before the ombudsman began, 1974-04-01',
    ],
    [
      'an upheld decision without its finding',
      { injustice: '' },
      'injustice: must not be blank where the outcome is upheld',
    ],
    ['a blank subject', { subject: ' ' }, 'subject: must not be blank'],
  ])('has %s', async (_, cells, why) => {
    const result = await imported({ decisions: [decision(1, cells), decision(2)] });
    expect(result).toMatchObject({ added: 1, refused: 1, exitCode: 4 });
    expect(result.problems).toEqual([`decisions.csv:2 ${why} (${printed(1)} not stored)`]);
  });

  it('repeats a reference, a recommendation or a check', async () => {
    const result = await imported({
      decisions: [decision(1), decision(2), decision(3), decision(1)],
      recommendations: [recommendation(2), recommendation(3), recommendation(2, 'r1', '2020-01-02')],
      compliance: [complied(3), complied(3)],
    });
    expect(result).toMatchObject({ added: 0, refused: 3, exitCode: 4 });
    expect(result.problems).toEqual([
      `decisions.csv:5 reference: is already in line 2 (${printed(1)} not stored)`,
      `recommendations.csv:4 recommendation: is already in line 2 (${printed(2)} not stored)`,
      `compliance.csv:3: is already in line 2 (${printed(3)} not stored)`,
    ]);
  });

  it('of 10 MB does not affect the rows beside it', async () => {
    const long = decision(1, { subject: 'x'.repeat(10_000_000) });
    const result = await imported({ decisions: [decision(2), long, decision(3)] });
    expect(result).toMatchObject({ added: 2, refused: 1, exitCode: 4 });
    expect(result.problems).toEqual([
      `decisions.csv:3 subject: is longer than 131072 bytes (${printed(1)} not stored)`,
    ]);
  });

  it('with a stray quotation mark, too many cells or bad characters does not affect other cases', async () => {
    const rows = [
      decision(1, { subject: '"Housing' }),
      decision(2, { subject: 'Housing, and more' }),
      decision(3, { subject: 'caf\u00e9' }),
      decision(4),
      `7429,${decision(5).slice(9)}`,
    ];
    const bytes = Buffer.concat([
      Buffer.from(file('decisions', []), 'latin1'),
      Buffer.from(rows.join('\n'), 'latin1'),
    ]);
    const result = await imported({
      decisions: bytes,
      recommendations: numbers(4).map((number) => recommendation(number + 1)),
    });
    expect(result).toMatchObject({ added: 1, refused: 3, exitCode: 4 });
    expect(result.problems).toEqual([
      `decisions.csv:2 subject: has a quotation mark that is never closed (${printed(1)} not stored)`,
      `decisions.csv:3: has 10 cells where the header has 9 (${printed(2)} not stored)`,
      `decisions.csv:4 subject: is not UTF-8 text; save the file as CSV (UTF-8) (${printed(3)} not stored)`,
      'decisions.csv:6 reference: must be eight digits, such as 19007429 or 19 007 429',
    ]);
  });

  it('exceeds the number of rows that a case may have', async () => {
    const rows = numbers(3_000).map(() => notComplied(1));
    const result = await imported({ decisions: [decision(1)], compliance: rows });
    expect(result).toMatchObject({ added: 0, refused: 1 });
    expect(result.problems.at(-1)).toMatch(
      /^compliance\.csv:1052 reference: is the reference of more than 1051 lines/,
    );
  });
});

describe('a file that cannot be imported', () => {
  const checks = () =>
    file(
      'compliance',
      numbers(5_000).map((number) => complied(number)),
    );

  it.each<[string, () => string | Buffer, string]>([
    [
      'a missing column',
      () => 'reference,result\n',
      'it has no column recommendation, action_on, checked_on; its header is: reference, result',
    ],
    [
      'a workbook in it',
      () => Buffer.from('PK\u0003\u0004 xl/workbook.xml'),
      'not CSV: it is a workbook or another zip archive; save it as CSV (UTF-8)',
    ],
    ['bytes far into the file that are not text', () => `${checks()}\u0000`, 'not CSV: it is binary'],
    ['nothing in it', () => '', 'it is empty'],
  ])('has %s, and nothing of any file is stored', async (_, compliance, why) => {
    const head = await store().head();
    const refused = imported({ decisions: [decision(1)], compliance: compliance() });
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', faults: [{ detail: why }] });
    expect(await store().head()).toBe(head);
  });

  it('is reported together with all others', async () => {
    await expect(imported({ decisions: '', compliance: 'reference\n' })).rejects.toMatchObject({
      kind: 'invalid',
      faults: [
        { detail: 'it is empty' },
        { detail: expect.stringContaining('no column recommendation') as string },
      ],
    });
  });
});

it('refuses an import without files', async () => {
  await expect(imported({})).rejects.toMatchObject({ kind: 'invalid', code: 'no-file' });
});
