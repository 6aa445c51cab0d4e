import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, type AllStreamResolvedEvent } from '@eventstore/db-client';
import { z } from 'zod';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';

const ROOT = join(import.meta.dirname, '..', '..');
const PREFIX = 'filled-';
/** Of other applications; some begin as this one's do, or nearly. */
const NEIGHBOURS = [
  'orders-1',
  'upheld.complaint-19007429',
  'filled',
  PREFIX,
  `${PREFIX}z.complaint-19007429`,
];
/** What of `npm run test:contract` can be had in a minute; the rest names its server in the same way. */
const SUITES = 'engines|eventstoredb-store|eventstoredb-behaviour';

const ScriptsSchema = z.object({ scripts: z.object({ 'test:contract': z.string() }) });
const ResultsSchema = z.object({
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) }),
  ),
});
let folder: string;
let server: FakeEventStoreDb;
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
afterAll(async () => {
  await client.dispose();
  await server.stop();
  await rm(folder, { recursive: true });
});

/**
 * Runs the tests that name a real server, as `npm run test:contract` does, in a process of their own.
 * @returns the names of those that passed, which are all.
 */
async function runContract(): Promise<string[]> {
  const { scripts } = ScriptsSchema.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const results = join(folder, 'results.json');
  const only = `--runInBand --testPathPatterns '${SUITES}' --testNamePattern 'a real server'`;
  const child = spawn(`${scripts['test:contract']} ${only} --json --outputFile ${results}`, {
    shell: true,
    cwd: ROOT,
    env: { ...process.env, TEST_EVENTSTORE_URL: server.url, UPHELD_STREAM_PREFIX: PREFIX },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as unknown[];
  if (code !== 0) throw new Error(output);
  const { testResults } = ResultsSchema.parse(JSON.parse(await readFile(results, 'utf8')));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed');
  return passed.map(({ fullName }) => fullName).toSorted();
}

/** How many events each stream has, but for the system's. */
async function streams(): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const read: AsyncIterable<AllStreamResolvedEvent> = client.readAll();
  for await (const { event } of read) {
    if (event === undefined || event.streamId.startsWith('$')) continue;
    counts.set(event.streamId, (counts.get(event.streamId) ?? 0) + 1);
  }
  return counts;
}

it('npm run test:contract runs on a server that restarts, with streams of earlier runs and of others (slow)', async () => {
  const before = await streams();
  expect([...before.keys()].toSorted()).toEqual(NEIGHBOURS.toSorted());

  const first = await runContract();
  // All of the three suites, on the server named: what they stored is there, under the prefix of the run.
  for (const suite of [
    /^EventStoreDB answers/,
    /^the log in EventStoreDB/,
    /^with the log in PostgreSQL, and/,
  ]) {
    expect(first.filter((name) => suite.test(name)).length).toBeGreaterThan(3);
  }
  const afterFirst = await streams();
  const ownOf = (all: ReadonlyMap<string, number>) => [...all.keys()].filter((stream) => !before.has(stream));
  const logsOf = (all: ReadonlyMap<string, number>) =>
    new Set(ownOf(all).map((stream) => /^filled-[0-9a-f]{7}\./.exec(stream)?.[0]));
  expect(logsOf(afterFirst)).not.toContain(undefined);
  expect(logsOf(afterFirst).size).toBeGreaterThanOrEqual(3);

  await server.stop();
  await server.restart();
  expect(await runContract()).toEqual(first);
  const afterSecond = await streams();
  expect(logsOf(afterSecond).size).toBe(2 * logsOf(afterFirst).size);
  // Nobody wrote what was there.
  for (const [stream, count] of afterFirst) expect(afterSecond.get(stream)).toBe(count);
}, 300_000);
