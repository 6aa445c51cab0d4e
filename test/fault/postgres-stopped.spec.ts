import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Caseworker } from '../support/caseworker.js';
import { Caseworkers, STATISTICS } from '../support/caseworkers.js';
import { upheldCommand } from '../support/command-line.js';
import { TestDataFolder } from '../support/embedded-postgres-child.folder.js';
import { until } from '../support/projections.js';
import { ServedUpheld } from '../support/served-upheld.js';
import { StoppablePostgres, type Stop } from '../support/stoppable-postgres.js';

const place = new TestDataFolder();
beforeAll(() => place.setUp());
afterAll(() => place.tearDown(), 120_000);

/** Runs the application until the test is torn down. */
async function serve(environment: NodeJS.ProcessEnv, owner = place): Promise<ServedUpheld> {
  const upheld = await ServedUpheld.start(environment);
  owner.afterwards(() => upheld.stop());
  return upheld;
}

/** Starts caseworkers, who work until the test is torn down. */
function work(upheld: ServedUpheld, owner = place): Caseworkers {
  const workers = new Caseworkers(4, () => upheld.url);
  owner.afterwards(() => workers.stop().catch(() => undefined));
  return workers;
}

const refusals = ({ refused }: Caseworker) => refused.POST.length + refused.GET.length;

async function expectSound(environment: NodeJS.ProcessEnv): Promise<void> {
  expect(await upheldCommand(['verify'], environment)).toMatchObject({ code: 0 });
  expect(await upheldCommand(['projections', 'verify'], environment)).toMatchObject({ code: 0 });
}

describe('the running application when its PostgreSQL is stopped and started again', () => {
  let postgres: StoppablePostgres;
  let upheld: ServedUpheld;
  let workers: Caseworkers;
  beforeAll(async () => {
    postgres = await StoppablePostgres.start(place);
    place.afterwards(() => postgres.stop());
    upheld = await serve({ DATABASE_URL: postgres.url });
    workers = work(upheld);
  }, 120_000);

  it.each<[string, Stop]>([
    ['in order', 'fast'],
    ['at once', 'immediate'],
    ['by kill -9', 'kill'],
  ])(
    'refuses requests with a clear reason while it is down (stopped %s), and serves them again without a restart',
    async (_, how) => {
      await workers.recordMore(5);
      const before = new Map(workers.all.map((worker) => [worker, refusals(worker)]));
      await postgres.stop(how);
      await workers.untilAll((worker) => refusals(worker) > (before.get(worker) ?? 0));
      const [log, statistics] = [8, 9].map((number) => new Caseworker(number, () => upheld.url));
      const answers = Promise.all([log?.query('/v1/complaints/19000000'), statistics?.query(STATISTICS)]);
      await until(() => [log, statistics].every((asking) => asking?.refused.GET.length !== 0), 30_000);
      await postgres.start();
      await answers;
      expect(new Set(log?.refused.GET)).toEqual(new Set(['urn:upheld:problem:event-store-unavailable']));
      expect(new Set(statistics?.refused.GET)).toEqual(new Set(['urn:upheld:problem:database-unavailable']));
      await workers.recordMore(5);
      expect(upheld.isRunning).toBe(true);
    },
    120_000,
  );

  it('has lost no acknowledged command, and counts none twice', async () => {
    await workers.stop();
    expect(workers.all.flatMap(({ refused }) => refused.POST).length).toBeGreaterThan(0);
    await workers.expectEverythingOnce();
    await expectSound({ DATABASE_URL: postgres.url });
    expect(await upheld.stop()).toEqual([130, null]);
    await postgres.stop();
  }, 120_000);
});

describe('the running application when its embedded PostgreSQL is killed', () => {
  const embedded = new TestDataFolder();
  beforeEach(() => embedded.setUp());
  afterEach(() => embedded.tearDown(), 60_000);

  it('starts it again with a notice, and neither loses nor doubles a command', async () => {
    const environment = { UPHELD_DATA: embedded.dataFolder };
    const upheld = await serve(environment, embedded);
    const workers = work(upheld, embedded);
    const killed: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      await workers.recordMore(5);
      killed.push(await embedded.killServer());
      await until(
        () => upheld.lines.filter((line) => line.includes('ended by itself')).length > time,
        60_000,
      );
    }
    await workers.recordMore(5);
    await workers.stop();
    expect(upheld.lines.filter((line) => line.includes('PostgreSQL (process'))).toEqual(
      killed.map((pid) => `PostgreSQL (process ${pid}) ended by itself, and was started again`),
    );
    await workers.expectEverythingOnce();
    await expectSound(environment);
    expect(await upheld.stop()).toEqual([130, null]);
    expect(await embedded.postmaster()).toBeUndefined();
  }, 180_000);

  it('reports the loss once and exits with code 1 where it cannot, so that a supervisor can restart the application', async () => {
    const environment = { UPHELD_DATA: embedded.dataFolder };
    const upheld = await serve(environment, embedded);
    const workers = work(upheld, embedded);
    await workers.recordMore(2);
    await workers.stop();
    const control = join(embedded.cluster, 'global', 'pg_control');
    await rename(control, `${control}.gone`);
    await embedded.killServer();
    expect(await upheld.end()).toEqual([1, null]);
    const reported = upheld.lines.filter((line) => line.startsWith('upheld: '));
    expect(reported).toEqual([
      expect.stringContaining('PostgreSQL ended by itself and is not started again'),
    ]);
    expect(upheld.lines.join('\n')).not.toMatch(/\n\s+at /);
    await rename(`${control}.gone`, control);
    const restarted = await serve(environment, embedded);
    for (const reference of workers.references) {
      const asking = new Caseworker(9, () => restarted.url);
      expect(await asking.query(`/v1/complaints/${reference}`)).toMatchObject({ revision: 1 });
    }
    expect(await restarted.stop()).toEqual([130, null]);
  }, 180_000);
});
