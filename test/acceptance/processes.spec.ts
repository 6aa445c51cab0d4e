import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { AdvisoryLockLease } from '../../src/platform/postgres/advisory-lock-lease.js';
import { processorLease } from '../../src/projections/processor.js';
import { openApplication } from '../../src/application.js';
import { startCommand, temporaryFolder, upheldCommand } from '../support/command-line.js';
import { createDatabase } from '../support/database.js';
import { until } from '../support/projections.js';
import { ServedUpheld } from '../support/served-upheld.js';

async function upheldRate(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/v1/authorities/E07000129/statistics/2019-20`);
  return ((await answer.json()) as { upheld: unknown }).upheld;
}

const DECISIONS = `reference,authority,subject,received_on,decided_on,outcome,reason,remedy,injustice
19007429,E07000129,Housing,2019-05-01,2019-09-02,not-upheld,,,
`;

describe('two processes on one data folder', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());

  it('run at the same time, and the API still answers after the command has ended', async () => {
    const data = join(folder.path, 'beside');
    const served = await ServedUpheld.start({ UPHELD_DATA: data });
    try {
      const decisions = join(folder.path, 'decisions.csv');
      await writeFile(decisions, DECISIONS);
      const imported = await upheldCommand(['import', '--decisions', decisions], { UPHELD_DATA: data });
      expect(imported).toMatchObject({ code: 0 });
      expect(await upheldRate(served.url)).toMatchObject({ count: 0, of: 1, percent: 0 });
    } finally {
      expect(await served.stop()).toEqual([130, null]);
    }
    const shown = await upheldCommand(['statistics', '2019-20', '--authority', 'E07000129', '--json'], {
      UPHELD_DATA: data,
    });
    expect(JSON.parse(shown.stdout)).toMatchObject({ upheld: { of: 1 } });
  }, 90_000);

  it('lose nothing when the API is killed: the next command takes over its PostgreSQL and stops it', async () => {
    const data = join(folder.path, 'killed');
    const served = await ServedUpheld.start({ UPHELD_DATA: data });
    const complaint = {
      reference: '19007429',
      authority: 'E07000129',
      subject: 'Housing',
      receivedOn: '2019-05-01',
    };
    const post = (path: string, body: object) =>
      fetch(`${served.url}/v1/complaints${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    try {
      expect((await post('', complaint)).status).toBe(201);
      const decision = { outcome: 'not-upheld', decidedOn: '2019-09-02' };
      expect((await post('/19007429/decisions', decision)).status).toBe(201);
    } finally {
      await served.stop('SIGKILL');
    }
    const shown = await upheldCommand(['statistics', '2019-20', '--authority', 'E07000129', '--json'], {
      UPHELD_DATA: data,
    });
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.stdout)).toMatchObject({ upheld: { count: 0, of: 1 } });
    expect(existsSync(join(data, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false);
  }, 90_000);
});

describe('the API on an empty database', () => {
  it('waits for the projection before it listens, so that its first answer includes the councils', async () => {
    const database = await createDatabase();
    // As if another process held the lease and had not projected anything yet.
    const lease = await AdvisoryLockLease.tryAcquire(database.url, processorLease('statistics'));
    const starting = ServedUpheld.start({ DATABASE_URL: database.url });
    let listens = false;
    const listening = starting.then(() => (listens = true));
    listening.catch(() => undefined);
    const watcher = new Client({ connectionString: database.url });
    await watcher.connect();
    try {
      const queryTimes = new Set<string>();
      await until(async () => {
        for (const at of await checkpointQueryTimes(watcher)) queryTimes.add(at);
        return listens || queryTimes.size >= 3;
      }, 30_000);
      expect(listens).toBe(false);
      await lease?.release();
      expect(await upheldRate((await starting).url)).toMatchObject({
        count: 0,
        of: 0,
        average: { authorities: 192 },
      });
    } finally {
      await lease?.release();
      await watcher.end();
      await (await starting).stop();
      await database.drop();
    }
  }, 90_000);

  it('is served when no process projects the councils, and reports that', async () => {
    const database = await createDatabase();
    const lease = await AdvisoryLockLease.tryAcquire(database.url, processorLease('statistics'));
    const served = await ServedUpheld.start({ DATABASE_URL: database.url });
    try {
      expect(served.lines).toContainEqual(
        expect.stringMatching(/^Serving the statistics projected so far: statistics (is at|cannot tell)/),
      );
    } finally {
      await served.stop();
      await lease?.release();
      await database.drop();
    }
  }, 90_000);

  it('does not begin to listen when it is stopped while it waits for the projection', async () => {
    const database = await createDatabase();
    const lease = await AdvisoryLockLease.tryAcquire(database.url, processorLease('statistics'));
    const watcher = new Client({ connectionString: database.url });
    await watcher.connect();
    const serving = startCommand(['serve'], { DATABASE_URL: database.url, UPHELD_PORT: '0' });
    try {
      await until(async () => (await checkpointQueryTimes(watcher)).length > 0, 30_000);
      serving.signal('SIGINT');
      expect(await serving.ended).toEqual({ code: 130, stdout: '', stderr: '' });
    } finally {
      serving.signal('SIGKILL');
      await lease?.release();
      await watcher.end();
      await database.drop();
    }
  }, 90_000);
});

/** When each session last queried a checkpoint. A process that waits for a projection queries it repeatedly. */
async function checkpointQueryTimes(watcher: Client): Promise<string[]> {
  const { rows } = await watcher.query<{ at: string }>(
    `select query_start::text as at from pg_stat_activity
     where datname = current_database() and application_name = 'upheld' and query ~* '^select.* projection_checkpoint'`,
  );
  return rows.map(({ at }) => at);
}

describe('two processes that open an empty database at once', () => {
  it('create its tables and load the register once', async () => {
    const database = await createDatabase();
    const open = () =>
      openApplication({
        configuration: { dataFolder: '/nonexistent', databaseUrl: database.url, port: 0, logLevel: 'silent' },
        notice: () => undefined,
      });
    const [one, other] = await Promise.all([open(), open()]);
    try {
      await Promise.all([one.caughtUp(), other.caughtUp()]);
      expect(await one.store.head()).toBe(await other.store.head());
      const streams = new Set<string>();
      for await (const { stream, revision } of one.store.readAll()) if (revision === 0) streams.add(stream);
      expect(streams.size).toBe(365);
    } finally {
      await Promise.all([one.close(), other.close()]);
      await database.drop();
    }
  });
});
