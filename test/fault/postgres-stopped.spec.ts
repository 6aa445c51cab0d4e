import { Caseworker } from '../support/caseworker.js';
import { upheldCommand } from '../support/command-line.js';
import { TestDataFolder } from '../support/embedded-postgres-child.folder.js';
import { until } from '../support/projections.js';
import { ServedUpheld } from '../support/served-upheld.js';
import { StoppablePostgres, type Stop } from '../support/stoppable-postgres.js';

const refusals = ({ refused }: Caseworker) => refused.POST.length + refused.GET.length;
const STATISTICS = '/v1/authorities/E07000129/statistics/2019-20';

describe('the running application, whose PostgreSQL is stopped and started again', () => {
  const place = new TestDataFolder();
  const stopped = new AbortController();
  const working: Promise<void>[] = [];
  let postgres: StoppablePostgres;
  let upheld: ServedUpheld;
  let workers: Caseworker[];

  beforeAll(async () => {
    await place.setUp();
    postgres = await StoppablePostgres.start(place);
    place.afterwards(() => postgres.stop());
    upheld = await ServedUpheld.start({ DATABASE_URL: postgres.url });
    place.afterwards(() => upheld.stop('SIGKILL'));
    workers = [0, 1, 2, 3].map((number) => new Caseworker(number, () => upheld.url));
    working.push(...workers.map((worker) => worker.workUntil(stopped.signal)));
    // Told where it is awaited.
    for (const work of working) work.catch(() => undefined);
  }, 120_000);
  afterAll(async () => {
    stopped.abort();
    await Promise.allSettled(working);
    await place.tearDown();
  }, 120_000);

  /** Waits until something is so of each caseworker; what went wrong with one ends the wait. */
  const each = (so: (worker: Caseworker) => boolean) =>
    Promise.race([
      until(() => workers.every(so), 60_000),
      Promise.all(working).then(() => {
        throw new Error('a caseworker stopped');
      }),
    ]);

  it.each<[string, Stop]>([
    ['in order', 'fast'],
    ['at once', 'immediate'],
    ['by kill -9', 'kill'],
  ])(
    'refuses requests clearly while it is down (%s), and serves them again without a restart',
    async (_, how) => {
      const before = workers.map(({ references }) => references.length);
      await each(({ references }) => references.length >= Math.max(...before) + 5);
      const refused = new Map(workers.map((worker) => [worker, refusals(worker)]));
      await postgres.stop(how);
      await each((worker) => refusals(worker) > (refused.get(worker) ?? 0));
      const [ofLog, ofStatistics] = [8, 9].map((number) => new Caseworker(number, () => upheld.url));
      const answers = Promise.all([ofLog?.query('/v1/complaints/19000000'), ofStatistics?.query(STATISTICS)]);
      await until(() => [ofLog, ofStatistics].every((asking) => asking?.refused.GET.length !== 0), 30_000);
      await postgres.start();
      await answers;
      expect(new Set(ofLog?.refused.GET)).toEqual(new Set(['urn:upheld:problem:event-store-unavailable']));
      expect(new Set(ofStatistics?.refused.GET)).toEqual(
        new Set(['urn:upheld:problem:database-unavailable']),
      );
      const after = workers.map(({ references }) => references.length);
      await each(({ references }) => references.length >= Math.max(...after) + 5);
      expect(upheld.isRunning).toBe(true);
    },
    120_000,
  );

  it('has lost nothing that it acknowledged, and counts nothing twice', async () => {
    stopped.abort();
    await Promise.all(working);
    const cases = workers.flatMap(({ references }) => references);
    expect(workers.flatMap(({ refused }) => refused.POST).length).toBeGreaterThan(0);
    for (const worker of workers) expect(await worker.repeatAll()).toEqual([]);
    const [worker] = workers;
    for (const reference of cases) {
      const history = await worker?.query(`/v1/complaints/${reference}/history`);
      expect(history).toMatchObject({
        events: [{ type: 'ComplaintReceived' }, { type: 'DecisionRecorded' }],
      });
    }
    const last = workers
      .flatMap(({ acknowledged }) => acknowledged)
      .map(({ answer }) => BigInt((answer as { position: string }).position));
    const head = last.reduce((one, other) => (other > one ? other : one));
    expect(await worker?.query(`${STATISTICS}?after=${head}`)).toMatchObject({
      upheld: { count: 0, of: cases.length },
      decided: { 'not-upheld': cases.length },
    });
    const environment = { DATABASE_URL: postgres.url };
    expect(await upheldCommand(['verify'], environment)).toMatchObject({ code: 0 });
    expect(await upheldCommand(['projections', 'verify'], environment)).toMatchObject({ code: 0 });
  }, 120_000);
});
