import { Client } from 'pg';
import { upheldCommand } from '../support/command-line.js';
import { restoreOlderStore, STATISTICS_VERSION } from '../support/older-store.js';
import { until } from '../support/projections.js';
import { runUpheld } from '../support/running-upheld.js';
import { ServedUpheld } from '../support/served-upheld.js';

const BLABY = `authority = 'E07000129' and year = '2019-20' and measure = 'upheld'`;
const STARTED = `statistics: tables of version 0 are rebuilt to version ${STATISTICS_VERSION}, up to position 712;`;
const DONE = `statistics: tables are rebuilt to version ${STATISTICS_VERSION}, up to position 712.`;

let store: Awaited<ReturnType<typeof restoreOlderStore>>;
let client: Client;
const serving: ServedUpheld[] = [];
beforeEach(async () => {
  store = await restoreOlderStore();
  client = new Client({ connectionString: store.url });
  await client.connect();
  await (await runUpheld({ databaseUrl: store.url, projecting: false })).close();
  // Older than any version of the program, and wrong, so that it shows which tables answer.
  await client.query(`update projection_checkpoint set version = 0`);
  await client.query(`update statistics_tally set count = count + 1 where ${BLABY}`);
}, 120_000);
afterEach(async () => {
  await Promise.all(serving.splice(0).map((upheld) => upheld.stop('SIGKILL')));
  await client.end();
  await store.drop();
}, 60_000);

async function serve(): Promise<ServedUpheld> {
  const upheld = await ServedUpheld.start({ DATABASE_URL: store.url });
  serving.push(upheld);
  return upheld;
}

async function upheldCount({ url }: ServedUpheld): Promise<unknown> {
  const answer = await fetch(`${url}/v1/authorities/E07000129/statistics/2019-20`);
  expect(answer.status).toBe(200);
  const { upheld } = (await answer.json()) as { upheld: { count: number } };
  return upheld.count;
}

/** Blocks the rebuild as soon as its copy exists, before the swap. */
async function holdUp(): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    await client.query('begin');
    try {
      await client.query('lock table rebuild_statistics.statistics_tally in share mode');
      return;
    } catch (error) {
      await client.query('rollback');
      if (performance.now() > deadline) throw error;
    }
  }
}

const lines = (upheld: ServedUpheld, beginning: string) =>
  upheld.lines.filter((line) => line.startsWith(beginning)).length;

it('killed while it rebuilds older tables, the application rebuilds them at the next start, once', async () => {
  const held = holdUp();
  const killed = await serve();
  await held;
  // The copy exists a moment before the line is written.
  await until(() => lines(killed, STARTED) === 1, 30_000);
  const old = await upheldCount(killed);
  expect(await killed.stop('SIGKILL')).toEqual([null, 'SIGKILL']);

  const both = await Promise.all([serve(), serve()]);
  await until(() => both.some((one) => lines(one, STARTED) > 0), 30_000);
  for (const one of both) expect(await upheldCount(one)).toBe(old);
  await client.query('commit');
  await until(() => both.some((one) => lines(one, DONE) > 0), 30_000);
  for (const one of both) expect(await upheldCount(one)).toBe(Number(old) - 1);
  for (const line of [STARTED, DONE]) {
    expect(both.map((one) => lines(one, line)).toSorted()).toEqual([0, 1]);
  }
  const { rows } = await client.query('select version from projection_checkpoint');
  expect(rows).toEqual([{ version: STATISTICS_VERSION }]);
  expect(await upheldCommand(['projections', 'verify'], { DATABASE_URL: store.url })).toMatchObject({
    code: 0,
  });
}, 240_000);
