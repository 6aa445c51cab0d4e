import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Client } from 'pg';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { loadRegister } from '../../src/authorities/load-register.js';
import { CaseReferenceSchema, printedReference } from '../../src/complaints/case-reference.js';
import { complaintAggregate } from '../../src/complaints/complaint.commands.js';
import { complianceOutcome } from '../../src/complaints/compliance-outcome.js';
import { importExitCode, importHistory } from '../../src/complaints/import/import-history.js';
import type { ImportRequest } from '../../src/complaints/import/import-history.js';
import { IMPORT_FILES, type ImportFile } from '../../src/complaints/import/import-problem.js';
import { problemLine } from '../../src/complaints/import/import-report.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { CreateEventLog1795219200000 } from '../../src/event-store/postgres/event-log.migration.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { StreamWriter } from '../../src/event-store/stream-writer.js';
import { openDatabase } from '../../src/platform/database.js';
import { createDatabase } from '../support/database.js';

const NOW = new Date('2020-04-20T10:00:00Z');
const HEADERS = {
  decisions: 'reference,authority,subject,received_on,decided_on,outcome,reason,remedy,injustice',
  recommendations: 'reference,recommendation,kind,category,text,due_on',
  compliance: 'reference,recommendation,result,action_on,checked_on',
};

let database: Awaited<ReturnType<typeof createDatabase>>;
let store: EventStore;
let folder: string;
/** Each test has references of its own in the one log. */
let block = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-import-'));
  database = await createDatabase();
  await (await openDatabase(database.url, [CreateEventLog1795219200000])).destroy();
  store = new PostgresEventStore({ connectionString: database.url });
  await loadRegister(store, NOW);
});

afterAll(async () => {
  await store.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  block += 1;
});

const ref = (number: number) => CaseReferenceSchema.parse(String(19_000_000 + block * 10_000 + number));
const printed = (number: number) => printedReference(ref(number));

/** One row; each function's defaults are a case that the rules allow. */
const decision = (number: number, over: Record<string, string> = {}) =>
  Object.values({
    reference: ref(number),
    authority: 'E07000129',
    subject: 'Housing',
    received_on: '2019-05-01',
    decided_on: '2019-09-02',
    outcome: 'upheld',
    reason: '',
    remedy: 'recommended',
    injustice: 'true',
    ...over,
  }).join(',');

const recommendation = (number: number, id = 'r1', dueOn = '2019-12-02', text = 'Apologise.') =>
  [ref(number), id, 'personal', 'Apology', text, dueOn].join(',');

const complied = (number: number, id = 'r1', checkedOn = '2020-02-10') =>
  [ref(number), id, 'complied', '2019-11-30', checkedOn].join(',');

const notComplied = (number: number, id = 'r1', checkedOn = '2020-01-10') =>
  [ref(number), id, 'not-complied', '', checkedOn].join(',');

const file = (kind: ImportFile, rows: readonly string[]) => `${[HEADERS[kind], ...rows].join('\n')}\n`;

/** The rows of each file; a text or bytes stand for all of it, header included. */
type Contents = Partial<Record<ImportFile, readonly string[] | string | Buffer>>;

async function written(contents: Contents): Promise<Partial<Record<ImportFile, string>>> {
  const paths: Partial<Record<ImportFile, string>> = {};
  const own = await mkdtemp(join(folder, 'files-'));
  for (const kind of IMPORT_FILES) {
    const content = contents[kind];
    if (content === undefined) continue;
    paths[kind] = join(own, `${kind}.csv`);
    const whole = typeof content === 'string' || Buffer.isBuffer(content);
    await writeFile(paths[kind], whole ? content : file(kind, content));
  }
  return paths;
}

/** Imports, and answers the counts, the lines a person reads, and the exit code. */
async function imported(contents: Contents, over: Partial<ImportRequest> = {}) {
  const problems: string[] = [];
  const { cases, ...summary } = await importHistory({
    files: await written(contents),
    databaseUrl: database.url,
    store,
    register: new AuthorityRegister(store),
    clock: () => NOW,
    actor: { id: 'officer-1', role: 'reporting-officer' },
    onProblem: (problem) => {
      problems.push(problemLine({ ...problem, file: basename(problem.file ?? '') }));
    },
    ...over,
  });
  expect(summary.problems).toBe(problems.length);
  return { ...summary, ...cases, problems, exitCode: importExitCode({ ...summary, cases }) };
}

async function complaint(number: number) {
  return (await new StreamWriter(store, complaintAggregate).load(ref(number))).state;
}

async function outcome(number: number) {
  return complianceOutcome((await complaint(number))?.recommendations ?? [])?.outcome;
}

async function endStagingConnections(): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'upheld import'`,
  );
  await client.end();
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('importing history', () => {
  it('joins the files case by case, whatever the order of their lines', async () => {
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
    expect(await outcome(1)).toBe('complied');
    expect((await complaint(2))?.recommendations[0]?.checks.map(({ result: told }) => told)).toEqual([
      'not-complied',
      'complied',
    ]);
  });

  it('takes a byte order mark, CR LF, columns in any order, further columns and quoted line ends', async () => {
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

  it('changes nothing the second time', async () => {
    const contents = {
      decisions: numbers(600).map((number) => decision(number)),
      recommendations: numbers(600).map((number) => recommendation(number)),
      compliance: numbers(600).flatMap((number) => [notComplied(number), complied(number)]),
    };
    expect(await imported(contents)).toMatchObject({ added: 600, events: 3_600, exitCode: 0 });
    const head = await store.head();
    expect(await imported(contents)).toMatchObject({
      added: 0,
      unchanged: 600,
      events: 0,
      position: null,
      exitCode: 0,
    });
    expect(await store.head()).toBe(head);
  });
});

describe('the monthly case', () => {
  it('appends new recommendations and checks to stored cases, either file alone', async () => {
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
    expect(await outcome(1)).toBeUndefined();
  });

  it('cures a not-complied by a later check', async () => {
    await imported({
      decisions: [decision(1)],
      recommendations: [recommendation(1)],
      compliance: [notComplied(1)],
    });
    expect(await outcome(1)).toBe('not-complied');
    expect(await imported({ compliance: [notComplied(1), complied(1)] })).toMatchObject({
      extended: 1,
      events: 1,
    });
    expect(await outcome(1)).toBe('complied');
    expect((await complaint(1))?.recommendations[0]?.checks).toHaveLength(2);
  });

  it('refuses a row that contradicts the record, and nothing else of other cases', async () => {
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

describe('a bad line', () => {
  it('keeps its case out of all files, and no other', async () => {
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

  it('tells a reference, a recommendation or a check for the second time', async () => {
    const result = await imported({
      decisions: [decision(1), decision(2), decision(3), decision(1)],
      recommendations: [recommendation(2), recommendation(3), recommendation(2, 'r1', '2020-01-02')],
      compliance: [complied(3), complied(3)],
    });
    expect(result).toMatchObject({ added: 0, refused: 3, exitCode: 4 });
    expect(result.problems).toEqual([
      `decisions.csv:5 reference: stands in line 2 already (${printed(1)} not stored)`,
      `recommendations.csv:4 recommendation: stands in line 2 already (${printed(2)} not stored)`,
      `compliance.csv:3: stands in line 2 already (${printed(3)} not stored)`,
    ]);
  });

  it('of 10 MB costs itself only', async () => {
    const long = decision(1, { subject: 'x'.repeat(10_000_000) });
    const result = await imported({ decisions: [decision(2), long, decision(3)] });
    expect(result).toMatchObject({ added: 2, refused: 1, exitCode: 4 });
    expect(result.problems).toEqual([
      `decisions.csv:3 subject: is longer than 131072 bytes (${printed(1)} not stored)`,
    ]);
  });

  it('with a stray quotation mark, too many cells or broken characters costs its own case only', async () => {
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

  it('is one of more than a case may have', async () => {
    const rows = numbers(3_000).map(() => notComplied(1));
    const result = await imported({ decisions: [decision(1)], compliance: rows });
    expect(result).toMatchObject({ added: 0, refused: 1 });
    expect(result.problems.at(-1)).toMatch(
      /^compliance\.csv:1052 reference: is the case of more than 1051 lines/,
    );
  });
});

describe('a file that cannot be taken', () => {
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
    ['bytes that are no text, however late', () => `${checks()}\u0000`, 'not CSV: it is binary'],
    ['nothing in it', () => '', 'it is empty'],
  ])('has %s, and nothing of any file is stored', async (_, compliance, why) => {
    const head = await store.head();
    const refused = imported({ decisions: [decision(1)], compliance: compliance() });
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', faults: [{ detail: why }] });
    expect(await store.head()).toBe(head);
  });

  it('is told together with all others', async () => {
    await expect(imported({ decisions: '', compliance: 'reference\n' })).rejects.toMatchObject({
      kind: 'invalid',
      faults: [
        { detail: 'it is empty' },
        { detail: expect.stringContaining('no column recommendation') as string },
      ],
    });
  });
});

it('asks for a file at least', async () => {
  await expect(imported({})).rejects.toMatchObject({ kind: 'invalid', code: 'no-file' });
});

describe('a dry run', () => {
  it('says what would be stored and what would not, and stores nothing', async () => {
    await imported({ decisions: [decision(1)] });
    const head = await store.head();
    const contents = {
      decisions: [decision(1), decision(2), decision(3, { authority: 'E07999999' })],
      recommendations: [recommendation(1), recommendation(2)],
    };
    const rehearsed = await imported(contents, { dryRun: true });
    expect(rehearsed).toMatchObject({
      dryRun: true,
      added: 1,
      extended: 1,
      refused: 1,
      events: 5,
      exitCode: 4,
    });
    expect(await store.head()).toBe(head);
    const { added, extended, refused, events, problems } = await imported(contents);
    expect({ added, extended, refused, events, problems }).toEqual({
      added: rehearsed.added,
      extended: rehearsed.extended,
      refused: rehearsed.refused,
      events: rehearsed.events,
      problems: rehearsed.problems,
    });
  });
});

describe('an import that is stopped', () => {
  const contents = () => ({
    decisions: numbers(2_000).map((number) => decision(number)),
    recommendations: numbers(2_000).map((number) => recommendation(number)),
  });

  it('keeps whole cases, and is completed by the next', async () => {
    const stop = new AbortController();
    const stopped = await imported(contents(), {
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.phase === 'recording' && progress.done > 0) stop.abort();
      },
    });
    expect(stopped).toMatchObject({ aborted: true, exitCode: 4 });
    expect(stopped.added).toBeGreaterThan(0);
    expect(stopped.events).toBe(stopped.added * 4);
    expect(await imported(contents())).toMatchObject({
      added: 2_000 - stopped.added,
      unchanged: stopped.added,
      aborted: false,
      exitCode: 0,
    });
  });

  it('stores nothing where it was still reading', async () => {
    const stop = new AbortController();
    const onProgress = () => {
      stop.abort();
    };
    const head = await store.head();
    const result = await imported(contents(), { signal: stop.signal, onProgress });
    expect(result).toMatchObject({ aborted: true, added: 0, files: [{}, { rows: 0 }] });
    expect(result.files[0]?.rows).toBeLessThan(2_000);
    expect(await store.head()).toBe(head);
  });
});

describe('a database that goes away', () => {
  it('is told as such, and the import completed by the next', async () => {
    const contents = { decisions: numbers(2_000).map((number) => decision(number)) };
    const breaking = imported(contents, {
      onProgress: ({ phase, done }) => {
        if (phase === 'recording' && done === 0) void endStagingConnections();
      },
    });
    await expect(breaking).rejects.toMatchObject({ kind: 'unavailable', code: 'database-unavailable' });
    const { added, unchanged } = await imported(contents);
    expect(added + unchanged).toBe(2_000);
  });
});

describe('two imports at the same time', () => {
  it('store each case once, and each counts what it stored itself', async () => {
    const contents = {
      decisions: numbers(1_500).map((number) => decision(number)),
      recommendations: numbers(1_500).map((number) => recommendation(number)),
    };
    const [one, two] = await Promise.all([imported(contents), imported(contents)]);
    expect([one.exitCode, two.exitCode]).toEqual([0, 0]);
    expect(one.added + two.added).toBe(1_500);
    expect(one.unchanged + two.unchanged).toBe(1_500);
    expect(one.events + two.events).toBe(6_000);
  });
});
