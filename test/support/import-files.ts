import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { loadRegister } from '../../src/authorities/load-register.js';
import { CaseReferenceSchema, printedReference } from '../../src/complaints/case-reference.js';
import { complaintAggregate } from '../../src/complaints/complaint.command-handler.js';
import { complianceOutcome } from '../../src/complaints/compliance-outcome.js';
import { importExitCode, importHistory } from '../../src/complaints/import/import-history.js';
import type { ImportRequest } from '../../src/complaints/import/import-history.js';
import {
  IMPORT_FILE_KINDS,
  type ImportFileKind,
  type ImportPaths,
} from '../../src/complaints/import/import-file.js';
import { problemLine } from '../../src/complaints/import/import-report.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { CreateEventLog1795219200000 } from '../../src/event-store/postgres/event-log.migration.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { StreamCommandHandler } from '../../src/event-sourcing/command-handler.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import { createDatabase } from './database.js';

const NOW = new Date('2020-04-20T10:00:00Z');
const HEADERS = {
  decisions: 'reference,authority,subject,received_on,decided_on,outcome,reason,remedy,injustice',
  recommendations: 'reference,recommendation,kind,category,text,due_on',
  compliance: 'reference,recommendation,result,action_on,checked_on',
};

/** Each test has its own block of references in the shared log. */
let block = 0;

export const ref = (number: number) =>
  CaseReferenceSchema.parse(String(19_000_000 + block * 10_000 + number));
export const printed = (number: number) => printedReference(ref(number));

/** One row of a file. By default the rules allow the case. */
export const decision = (number: number, over: Record<string, string> = {}) =>
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

export const recommendation = (number: number, id = 'r1', dueOn = '2019-12-02', text = 'Apologise.') =>
  [ref(number), id, 'personal', 'Apology', text, dueOn].join(',');

export const complied = (number: number, id = 'r1', checkedOn = '2020-02-10') =>
  [ref(number), id, 'complied', '2019-11-30', checkedOn].join(',');

export const notComplied = (number: number, id = 'r1', checkedOn = '2020-01-10') =>
  [ref(number), id, 'not-complied', '', checkedOn].join(',');

/** The text of a file: its header and these rows. */
export const file = (kind: ImportFileKind, rows: readonly string[]) =>
  `${[HEADERS[kind], ...rows].join('\n')}\n`;

export const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** The rows of each file, or all of its content, header included. */
type Contents = Partial<Record<ImportFileKind, readonly string[] | string | Buffer>>;

/** A log with the register loaded, for the tests of one spec file to import into. */
export function importsOfTests() {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let store: EventStore;
  let folder: string;

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

  /** Imports files. Returns the counts, the printed problems and the exit code. */
  const imported = async (contents: Contents, over: Partial<ImportRequest> = {}) => {
    const problems: string[] = [];
    const { cases, ...summary } = await importHistory({
      files: await writeFiles(contents, folder),
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
  };

  const complaint = async (number: number) =>
    (await new StreamCommandHandler(store, complaintAggregate).load(ref(number))).state;

  const complianceOutcomeOf = async (number: number) =>
    complianceOutcome((await complaint(number))?.recommendations ?? [])?.outcome;

  return { imported, complaint, complianceOutcomeOf, store: () => store, databaseUrl: () => database.url };
}

async function writeFiles(contents: Contents, folder: string): Promise<ImportPaths> {
  const paths: Partial<Record<ImportFileKind, string>> = {};
  const subfolder = await mkdtemp(join(folder, 'files-'));
  for (const kind of IMPORT_FILE_KINDS) {
    const content = contents[kind];
    if (content === undefined) continue;
    paths[kind] = join(subfolder, `${kind}.csv`);
    const isWholeFile = typeof content === 'string' || Buffer.isBuffer(content);
    await writeFile(paths[kind], isWholeFile ? content : file(kind, content));
  }
  return paths;
}
