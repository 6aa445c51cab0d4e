import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import { AdvisoryLockLease } from '../../src/platform/postgres/advisory-lock-lease.js';
import { StatisticsProjection } from '../../src/statistics/read-model/statistics.projection.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { commandsFor, recordCases } from '../support/cases.js';
import { upheldCommand, type CommandOutput } from '../support/command-line.js';
import { decision, file } from '../support/import-files.js';
import { until } from '../support/projections.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';
import { recordUnknownEvent } from '../support/unknown-event.js';

const BLABY = AuthorityCodeSchema.parse('E07000129');
const YEAR = reportingYear('2019-20');
const STATISTICS = '/authorities/E07000129/statistics/2019-20';

const casesOf = (count: number) => commandsFor(BLABY, YEAR, { upheld: count, complied: count });

let running: RunningUpheld;
beforeEach(async () => {
  running = await runUpheld();
  await recordCases(running, casesOf(3));
});
afterEach(() => running.close());

const projections = (...args: string[]): Promise<CommandOutput> =>
  upheldCommand(['projections', ...args], { DATABASE_URL: running.upheld.databaseUrl });
const status = async () => {
  const ran = await projections('status', '--json');
  expect(ran).toMatchObject({ code: 0 });
  const { projections: all } = JSON.parse(ran.stdout) as { projections: Record<string, unknown>[] };
  expect(all).toHaveLength(1);
  return all[0] ?? {};
};

const isStopped = async () => (await deadLetterOf('statistics', running.upheld.database)) !== null;

describe('upheld projections status', () => {
  it('shows head, checkpoint, lag and version, and whether a process projects', async () => {
    const head = String(await running.upheld.store.head());
    const { version } = new StatisticsProjection();
    expect(await status()).toEqual({
      projection: 'statistics',
      kind: 'projection',
      state: 'live',
      version: { tables: version, program: version },
      head,
      checkpoint: head,
      lag: { events: 0, more: false, seconds: 0 },
      refused: null,
      lastError: null,
      stoppedBy: null,
      skipped: [],
      projected: true,
      rebuild: null,
    });
    const { code, stdout } = await projections('status');
    expect(code).toBe(0);
    expect(stdout).toContain('statistics: live, up to date');
    expect(stdout).toContain(`head ${head}, checkpoint ${head}, a process projects it`);
    expect(stdout).toContain(`tables of version ${version}`);
  });
});

describe('an event of the log that no part of the program knows', () => {
  it('stops the statistics until an operator skips it with a reason', async () => {
    await recordUnknownEvent(running.upheld.store);
    await until(isStopped);
    expect((await projections('status')).stdout).toMatch(/stopped by inquiry-1@0 \(InquiryOpened@1\)/);

    expect(await projections('resume')).toMatchObject({ code: 0 });
    await until(isStopped);

    expect(await projections('skip')).toMatchObject({ code: 2, stdout: '' });
    expect(await projections('skip', '--reason', 'x'.repeat(501))).toMatchObject({ code: 2, stdout: '' });
    expect(await projections('skip', 'letters', '--reason', 'no such')).toMatchObject({
      code: 3,
      stdout: '',
    });

    const skipped = await projections('skip', 'statistics', '--reason', 'opened on trial', '--json');
    expect(skipped.code).toBe(0);
    expect(JSON.parse(skipped.stdout)).toEqual({
      projection: 'statistics',
      skipped: { stream: 'inquiry-1', revision: 0 },
      reason: 'opened on trial',
    });
    await recordCases(running, casesOf(1));
    expect(await projections('skip', '--reason', 'again')).toMatchObject({ code: 3, stdout: '' });

    expect(await projections('rebuild')).toMatchObject({ code: 0 });
    expect(await projections('verify')).toMatchObject({ code: 0 });
    expect(await status()).toMatchObject({
      state: 'live',
      skipped: [
        {
          stream: 'inquiry-1',
          type: 'InquiryOpened@1',
          reason: 'opened on trial',
          actor: { role: 'operator' },
        },
      ],
    });
    expect(await running.get(STATISTICS)).toMatchObject({ body: { upheld: { count: 4, of: 4 } } });
  });
});

describe('upheld import, while the statistics are stopped', () => {
  it('stores its cases, reports what it did, and says that the figures do not include them yet', async () => {
    await recordUnknownEvent(running.upheld.store);
    await until(isStopped);
    const folder = await mkdtemp(join(tmpdir(), 'upheld-import-'));
    try {
      const decisions = join(folder, 'decisions.csv');
      await writeFile(decisions, file('decisions', [decision(1), decision(2)]));
      const ran = await upheldCommand(['import', '--decisions', decisions, '--json'], {
        DATABASE_URL: running.upheld.databaseUrl,
      });
      expect(ran.code).toBe(0);
      expect(JSON.parse(ran.stdout)).toMatchObject({ cases: { added: 2 }, problems: { count: 0 } });
      expect(ran.stderr).toMatch(
        /^The statistics do not include all imported cases yet: statistics is stopped by inquiry-1@0/m,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('upheld projections rebuild', () => {
  it('repairs tampered tables, which verify finds; readers see the tables from before or after', async () => {
    const right = (await running.get(STATISTICS)).body;
    await running.upheld.database.query(
      `update statistics_tally set count = count + 1 where authority = 'E07000129' and measure = 'upheld'`,
    );
    const wrong = (await running.get(STATISTICS)).body;
    expect(wrong).not.toEqual(right);

    const found = await projections('rebuild', '--verify');
    expect(found).toMatchObject({ code: 6 });
    expect(found.stdout).toMatch(
      /first in statistics_tally:\n {2}live {3}\(2019-20,E07000129,upheld,4\)\n {2}fresh {2}\(2019-20,E07000129,upheld,3\)/,
    );

    const reading = new AbortController();
    const seen = new Set<string>();
    const reader = (async () => {
      while (!reading.signal.aborted) seen.add(JSON.stringify((await running.get(STATISTICS)).body));
    })();
    const rebuilt = await projections('rebuild');
    reading.abort();
    await reader;
    expect(rebuilt).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('statistics is rebuilt') as unknown,
    });
    expect([JSON.stringify(wrong), JSON.stringify(right)]).toEqual(expect.arrayContaining([...seen]));
    expect((await running.get(STATISTICS)).body).toEqual(right);
    const verified = await projections('verify', '--json');
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      verified: [
        { projection: 'statistics', position: String(await running.upheld.store.head()), difference: null },
      ],
    });
    await recordCases(running, casesOf(1));
    expect(await running.get(STATISTICS)).toMatchObject({ body: { upheld: { count: 4, of: 4 } } });
  });

  it('is refused while another process rebuilds, and for a name that no projection has', async () => {
    const lease = await AdvisoryLockLease.tryAcquire(running.upheld.databaseUrl, 'rebuild statistics');
    expect(await projections('rebuild')).toMatchObject({ code: 3, stdout: '' });
    await lease?.release();
    expect(await projections('rebuild', 'letters')).toMatchObject({ code: 3, stdout: '' });
  });
});
