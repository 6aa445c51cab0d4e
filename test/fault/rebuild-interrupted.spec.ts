import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { loadCases } from '../../src/complaints/import/case-loader.js';
import { referenceCounter, syntheticCases } from '../../src/demo/synthetic-cases.js';
import { AdvisoryLockLease } from '../../src/platform/postgres/advisory-lock-lease.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { rebuildLease } from '../../src/projections/rebuild/rebuild.js';
import { startCommand, upheldCommand, type RunningCommand } from '../support/command-line.js';
import { BLABY } from '../support/complaints.js';
import { until } from '../support/projections.js';
import { consumerOf, runUpheld, type RunningUpheld } from '../support/running-upheld.js';

const STATISTICS = '/authorities/E07000129/statistics/2019-20';
/** Several pages of a rebuild. */
const CASES = 6_000;
const STOPPING = 'Stopping after the current step; press Ctrl-C again to stop at once.';
const STOPPED = 'Stopped; the present tables are as they were, and the next rebuild continues from here.';

const CONTINUING = 'Continuing an interrupted rebuild from position';

let running: RunningUpheld;
let shown: unknown;
beforeAll(async () => {
  running = await runUpheld();
  const { store, clock } = running.upheld;
  const figures = {
    upheld: 0,
    notUpheld: CASES,
    satisfactoryRemedies: 0,
    complied: 0,
    compliedLate: 0,
    notComplied: 0,
    others: {},
  };
  await loadCases(syntheticCases(BLABY.code, figures, referenceCounter()), {
    store,
    register: new AuthorityRegister(store),
    clock,
    actor: { id: 'test', role: 'system' },
  });
  await running.upheld.caughtUp();
  shown = (await running.get(STATISTICS)).body;
}, 120_000);
afterAll(() => running.close());

const projections = (...args: string[]) =>
  upheldCommand(['projections', ...args], { DATABASE_URL: running.upheld.databaseUrl });
const isFree = async () =>
  !(await AdvisoryLockLease.isHeld(rebuildLease('statistics'), running.upheld.database));
const left = async () =>
  (await projectionStatus(consumerOf(running.upheld, 'statistics'), running.upheld)).rebuild;

/**
 * Starts a rebuild and blocks it when some pages are written and another is under way. Then runs the given work, while
 * the live statistics are read repeatedly and must not change. Returns the outcome of the command.
 */
async function duringRebuild(work: (rebuild: RunningCommand, holder: Client) => Promise<void>) {
  const holder = new Client({ connectionString: running.upheld.databaseUrl });
  await holder.connect();
  const reading = new AbortController();
  const reader = (async () => {
    const seen = new Set<string>();
    while (!reading.signal.aborted) {
      seen.add(JSON.stringify((await running.get(STATISTICS)).body));
      await pause(5);
    }
    return [...seen];
  })();
  const rebuild = startCommand(['projections', 'rebuild'], { DATABASE_URL: running.upheld.databaseUrl });
  // It may wait for the lock that is held here, so it is killed if it takes too long.
  const late = setTimeout(() => {
    rebuild.signal('SIGKILL');
  }, 120_000);
  try {
    try {
      await until(() => isBlocked(holder), 60_000);
      await work(rebuild, holder);
    } finally {
      await holder.end();
      reading.abort();
    }
    expect(await reader).toEqual([JSON.stringify(shown)]);
    return await rebuild.ended;
  } finally {
    clearTimeout(late);
    rebuild.signal('SIGKILL');
  }
}

/** Sends Ctrl-C, and waits until it was noticed: two in quick succession count as one. */
async function interrupt(rebuild: RunningCommand): Promise<void> {
  rebuild.signal('SIGINT');
  await until(() => rebuild.stderr().includes(STOPPING));
}

/** Blocks the rebuild's next page once a page has been written. Returns whether it is blocked. */
async function isBlocked(holder: Client): Promise<boolean> {
  await holder.query('begin');
  try {
    await holder.query('lock table rebuild_statistics.statistics_tally in share mode nowait');
    const { rowCount } = await holder.query(
      'select from rebuild_statistics.projection_checkpoint where position > 0',
    );
    if (rowCount === 1) return true;
  } catch {
    // The table does not exist yet, or a page is just being written.
  }
  await holder.query('rollback');
  return false;
}

/** Expects that another process continues the rebuild to its end. */
async function expectContinued(): Promise<void> {
  const from = (await left())?.checkpoint ?? 0n;
  expect(from).toBeGreaterThan(0n);
  const rebuilt = await projections('rebuild');
  expect(rebuilt).toMatchObject({
    code: 0,
    stdout: `statistics is rebuilt, up to position ${await running.upheld.store.head()}.\n`,
  });
  expect(rebuilt.stderr).toContain(`${CONTINUING} ${from}.`);
  await expectSound();
}

async function expectSound(): Promise<void> {
  expect(await left()).toBeNull();
  expect((await running.get(STATISTICS)).body).toEqual(shown);
  expect(await projections('verify')).toMatchObject({ code: 0 });
}

describe('upheld projections rebuild, interrupted', () => {
  it('ends on Ctrl-C with a message about its unfinished copy, and is continued by the next', async () => {
    const ran = await duringRebuild(interrupt);
    expect(ran).toMatchObject({ code: 130, stdout: '' });
    expect(ran.stderr.trimEnd().split('\n').at(-1)).toBe(STOPPED);
    expect(await isFree()).toBe(true);
    expect(await left()).toMatchObject({ running: false });
    await expectContinued();
  }, 180_000);

  it('ends at once on a second Ctrl-C, and is continued by the next', async () => {
    const ran = await duringRebuild(async (rebuild) => {
      await interrupt(rebuild);
      rebuild.signal('SIGINT');
      expect(await rebuild.ended).toMatchObject({ code: 130 });
    });
    expect(ran.stdout).toBe('');
    await until(isFree);
    await expectContinued();
  }, 180_000);

  it('can be killed, and is continued by a process that starts while its last page still hangs', async () => {
    let next: RunningCommand | undefined;
    const ran = await duringRebuild(async (rebuild) => {
      rebuild.signal('SIGKILL');
      await rebuild.ended;
      await until(isFree);
      const taking = startCommand(['projections', 'rebuild'], { DATABASE_URL: running.upheld.databaseUrl });
      next = taking;
      await until(() => taking.stderr().includes(CONTINUING), 30_000);
      await pause(300);
    });
    expect(ran.code).toBeNull();
    const taken = await next?.ended;
    expect(taken).toMatchObject({ code: 0 });
    await expectSound();
  }, 180_000);

  it('ends with one line when its connection is cut, and is continued by the next', async () => {
    const ran = await duringRebuild(async (_, holder) => {
      const cut = async () => {
        const { rowCount } = await holder.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))`,
        );
        return rowCount === 1;
      };
      await until(cut);
    });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    const lines = ran.stderr.split('\n').filter((line) => !/^rebuild statistics/.test(line));
    // The server's last message is lost if it ends the connection before it has read all statements of the page.
    const cut =
      /^upheld: the database does not answer: (terminating connection|Connection terminated|read ECONNRESET)/;
    expect(lines).toEqual([expect.stringMatching(cut), '']);
    await expectContinued();
  }, 180_000);
});
