import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, type AllStreamResolvedEvent } from '@eventstore/db-client';
import { z } from 'zod';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';

const ROOT = join(import.meta.dirname, '..', '..');
/** The longest prefix that the configuration allows, so that the test finds code that cannot handle it. */
const PREFIX = 'filled-with-what-others-have-left-there-';
/** Streams of other applications. Some begin like those of this application, or nearly so. */
const NEIGHBOURS = [
  'orders-1',
  'upheld.complaint-19007429',
  'filled',
  PREFIX,
  `${PREFIX}z.complaint-19007429`,
];
/** How the streams of a run begin: with the whole prefix, or with the part of it that leaves room for a random end. */
const OWN = new RegExp(`^(?:${PREFIX}|${PREFIX.slice(0, 32)})[0-9a-f]{7}\\.`);
/** A suite of `npm run test:contract`: its file, the beginning of its tests' names, and their least number. */
type Suite = Readonly<{ file: string; name: RegExp; tests: number }>;
const SHORT: readonly Suite[] = [
  { file: 'eventstoredb-behaviour', name: /^EventStoreDB answers appends/, tests: 4 },
  { file: 'eventstoredb-reading-behaviour', name: /^EventStoreDB answers reads/, tests: 4 },
  { file: 'eventstoredb-store', name: /^the log in EventStoreDB/, tests: 4 },
  { file: 'engines.spec', name: /^with the log in PostgreSQL, and/, tests: 4 },
];
/** All suites except that of the command line, which names its server in the same way. */
const ALL: readonly Suite[] = [
  ...SHORT,
  { file: 'contract/eventstoredb.spec', name: /^the event store contract: EventStoreDB, a real/, tests: 50 },
  { file: 'linearizability', name: /^the answers of the log of EventStoreDB/, tests: 1 },
];

const ScriptsSchema = z.object({ scripts: z.object({ 'test:contract': z.string() }) });
const ResultsSchema = z.object({
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) }),
  ),
});
let folder: string;
let server: FakeEventStoreDb;
/** The run under way, or the last one. */
let child: ChildProcess | undefined;
let client: EventStoreDBClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-filled-server-'));
  server = await FakeEventStoreDb.start({ standardProjections: true });
  client = EventStoreDBClient.connectionString(server.url);
  for (const stream of NEIGHBOURS) {
    const events = Array.from({ length: 100 }, (_, number) =>
      jsonEvent({ type: 'Ordered', data: { number } }),
    );
    await client.appendToStream(stream, events);
  }
  await client.setStreamMetadata('orders-1', { truncateBefore: 10 });
});
afterEach(() => {
  // A run that is not killed with its test would keep a core busy for minutes.
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, 'SIGKILL');
});
afterAll(async () => {
  await client.dispose();
  await server.stop();
  await rm(folder, { recursive: true });
});

/**
 * Runs the tests on a real server, as `npm run test:contract` does, in a separate process.
 * @returns the names of the tests that passed. @throws if one failed.
 */
async function runContract(suites: readonly Suite[]): Promise<string[]> {
  const { scripts } = ScriptsSchema.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const results = join(folder, 'results.json');
  const files = suites.map(({ file }) => file).join('|');
  const only = `--runInBand --testPathPatterns '${files}' --testNamePattern 'a real server'`;
  child = spawn(`${scripts['test:contract']} ${only} --json --outputFile ${results}`, {
    shell: true,
    // A process group, so that what the shell started ends with it.
    detached: true,
    cwd: ROOT,
    env: { ...process.env, TEST_EVENTSTORE_URL: server.url, UPHELD_STREAM_PREFIX: PREFIX },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as unknown[];
  if (code !== 0) throw new Error(output);
  const { testResults } = ResultsSchema.parse(JSON.parse(await readFile(results, 'utf8')));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed');
  const names = passed.map(({ fullName }) => fullName).toSorted();
  for (const { name, tests: least } of suites) {
    expect(names.filter((each) => name.test(each)).length).toBeGreaterThanOrEqual(least);
  }
  return names;
}

/** The number of events of each stream, without system streams. */
async function streams(): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const read: AsyncIterable<AllStreamResolvedEvent> = client.readAll();
  for await (const { event } of read) {
    if (event === undefined || event.streamId.startsWith('$')) continue;
    counts.set(event.streamId, (counts.get(event.streamId) ?? 0) + 1);
  }
  return counts;
}

it('npm run test:contract runs on a server that restarts between two runs, with streams of earlier runs and of others (slow)', async () => {
  const before = await streams();
  expect([...before.keys()].toSorted()).toEqual(NEIGHBOURS.toSorted());

  const first = await runContract(SHORT);
  // The tests used the given server: their streams are there, under the prefix of the run.
  const afterFirst = await streams();
  const ownOf = (all: ReadonlyMap<string, number>) => [...all.keys()].filter((stream) => !before.has(stream));
  const logsOf = (all: ReadonlyMap<string, number>) =>
    new Set(ownOf(all).map((stream) => OWN.exec(stream)?.[0]));
  expect(logsOf(afterFirst)).not.toContain(undefined);
  expect(logsOf(afterFirst).size).toBeGreaterThanOrEqual(SHORT.length);

  await server.stop();
  await server.restart();
  expect(await runContract(ALL)).toEqual(expect.arrayContaining(first));
  const afterSecond = await streams();
  expect(logsOf(afterSecond)).not.toContain(undefined);
  expect(logsOf(afterSecond).size).toBeGreaterThanOrEqual(logsOf(afterFirst).size + ALL.length);
  // No test wrote to streams that were there before.
  for (const [stream, count] of afterFirst) expect(afterSecond.get(stream)).toBe(count);
}, 300_000);
