import {
  complied,
  decision,
  importsOfTests,
  notComplied,
  numbers,
  printed,
  recommendation,
  ref,
} from '../support/import-files.js';

const { imported, complaint, complianceOutcomeOf, store } = importsOfTests();

describe('importing history', () => {
  it('joins the files case by case, in any order of their lines', async () => {
    const result = await imported({
      compliance: [complied(2), complied(1, 'b'), notComplied(2), complied(1, 'a')],
      recommendations: [recommendation(2), recommendation(1, 'b'), recommendation(1, 'a')],
      decisions: [
        decision(2),
        decision(3, { outcome: 'not-upheld', reason: 'no fault found', remedy: '', injustice: '' }),
        decision(1, { reference: printed(1) }),
      ],
    });
    expect(result).toMatchObject({ added: 3, events: 15, exitCode: 0, problems: [] });
    expect(await complaint(3)).toMatchObject({
      decision: { outcome: 'not-upheld', reason: 'no fault found' },
    });
    expect(await complianceOutcomeOf(1)).toBe('complied');
    expect((await complaint(2))?.recommendations[0]?.checks.map((check) => check.result)).toEqual([
      'not-complied',
      'complied',
    ]);
  });

  it('accepts a byte order mark, CR LF, columns in any order, further columns and quoted line ends', async () => {
    const rows = [
      'text,Reference,recommendation,kind,category,Due On,officer',
      `"Apologise, and say ""sorry"".\r\nThen pay.",${ref(1)},r1,personal,Apology,2019-12-02,x`,
      `Late,${ref(1)},r2,personal,Apology,2 December,x`,
    ];
    const recommendations = `\ufeff${rows.join('\r\n')}\r\n`;
    const first = await imported({ decisions: [decision(1)], recommendations });
    expect(first).toMatchObject({
      added: 0,
      refused: 1,
      files: [{}, { rows: 2, ignoredColumns: ['officer'] }],
    });
    expect(first.problems).toEqual([
      `recommendations.csv:4 due_on: must be a calendar date, YYYY-MM-DD (${printed(1)} not stored)`,
    ]);
    await imported({
      decisions: [decision(1)],
      recommendations: recommendations.replace('2 December', '2019-12-02'),
    });
    expect((await complaint(1))?.recommendations[0]?.text).toBe('Apologise, and say "sorry".\r\nThen pay.');
  });

  it('stores nothing when the same files are imported again', async () => {
    const contents = {
      decisions: numbers(600).map((number) => decision(number)),
      recommendations: numbers(600).map((number) => recommendation(number)),
      compliance: numbers(600).flatMap((number) => [notComplied(number), complied(number)]),
    };
    expect(await imported(contents)).toMatchObject({ added: 600, events: 3_600, exitCode: 0 });
    const head = await store().head();
    expect(await imported(contents)).toMatchObject({
      added: 0,
      unchanged: 600,
      events: 0,
      position: null,
      exitCode: 0,
    });
    expect(await store().head()).toBe(head);
  });
});

describe('a monthly import', () => {
  it('appends new recommendations and checks to stored cases, from either file alone', async () => {
    await imported({ decisions: [decision(1), decision(2)] });
    const recommendations = [recommendation(1), recommendation(2)];
    expect(await imported({ recommendations })).toMatchObject({ extended: 2, events: 2, exitCode: 0 });
    expect(await imported({ compliance: [complied(1)] })).toMatchObject({
      extended: 1,
      events: 1,
      exitCode: 0,
    });
    const grown = [...recommendations, recommendation(1, 'r2')];
    expect(await imported({ recommendations: grown })).toMatchObject({
      extended: 1,
      unchanged: 1,
      events: 1,
    });
    expect(await complianceOutcomeOf(1)).toBeUndefined();
  });

  it('cures a not-complied by a later check', async () => {
    await imported({
      decisions: [decision(1)],
      recommendations: [recommendation(1)],
      compliance: [notComplied(1)],
    });
    expect(await complianceOutcomeOf(1)).toBe('not-complied');
    expect(await imported({ compliance: [notComplied(1), complied(1)] })).toMatchObject({
      extended: 1,
      events: 1,
    });
    expect(await complianceOutcomeOf(1)).toBe('complied');
    expect((await complaint(1))?.recommendations[0]?.checks).toHaveLength(2);
  });

  it('refuses a case whose row contradicts the record, and no other case', async () => {
    await imported({ decisions: [decision(1), decision(2)], recommendations: [recommendation(1)] });
    const result = await imported({
      decisions: [decision(1, { subject: 'Planning' }), decision(2)],
      recommendations: [recommendation(1, 'r1', '2020-01-02'), recommendation(2)],
    });
    expect(result).toMatchObject({ extended: 1, refused: 1, events: 1, exitCode: 4 });
    expect(result.problems).toEqual([
      `decisions.csv:2 subject: the record has "Housing" here (${printed(1)} not stored)`,
      `recommendations.csv:2 due_on: the record has "2019-12-02" here (${printed(1)} not stored)`,
    ]);
  });
});

describe('a dry run', () => {
  it('reports what would be stored and what would not, and stores nothing', async () => {
    await imported({ decisions: [decision(1)] });
    const head = await store().head();
    const contents = {
      decisions: [decision(1), decision(2), decision(3, { authority: 'E07999999' })],
      recommendations: [recommendation(1), recommendation(2)],
    };
    const expected = await imported(contents, { dryRun: true });
    expect(expected).toMatchObject({
      dryRun: true,
      added: 1,
      extended: 1,
      refused: 1,
      events: 5,
      exitCode: 4,
    });
    expect(await store().head()).toBe(head);
    const { added, extended, refused, events, problems } = await imported(contents);
    expect({ added, extended, refused, events, problems }).toEqual({
      added: expected.added,
      extended: expected.extended,
      refused: expected.refused,
      events: expected.events,
      problems: expected.problems,
    });
  });
});
