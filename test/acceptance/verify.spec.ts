import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startCommand, upheldCommand } from '../support/command-line.js';
import { createDatabase } from '../support/database.js';
import { until } from '../support/projections.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

let running: RunningUpheld;
let database: pg.Client;
beforeAll(async () => {
  running = await runUpheld();
  database = new pg.Client({ connectionString: running.upheld.databaseUrl });
  await database.connect();
  const complaint = { authority: 'E07000129', subject: 'Housing', receivedOn: '2019-05-01' };
  const decision = {
    outcome: 'upheld',
    decidedOn: '2019-09-02',
    finding: { injustice: true, remedy: 'none' },
  };
  for (const reference of ['19007429', '19007430']) {
    await running.post('/complaints', { reference, ...complaint });
    await running.post(`/complaints/${reference}/decisions`, decision);
  }
});
afterAll(async () => {
  await database.end();
  await running.close();
});

const verify = (...args: string[]) =>
  upheldCommand(['verify', ...args], { DATABASE_URL: running.upheld.databaseUrl });

/** Changes the log without its triggers, as the owner of the server could, runs work, and undoes the change. */
async function tampered<Result>(
  statement: string,
  undo: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const unguarded = async (sql: string) => {
    await database.query('alter table event_log disable trigger append_only');
    await database.query(sql);
    await database.query('alter table event_log enable always trigger append_only');
  };
  await unguarded(statement);
  try {
    return await work();
  } finally {
    await unguarded(undo);
  }
}

const PLACE = "stream = 'complaint-19007429'";

describe('upheld verify', () => {
  it('says that every hash of an unchanged log holds', async () => {
    const ran = await verify();
    expect(ran.code).toBe(0);
    expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({ broken: null, complete: true });
    expect(ran.stdout).toMatch(/^\d+ events in \d+ streams: every hash holds\.\n$/);
  });

  it.each([
    [
      'whose data was changed',
      `update event_log set data = replace(data::text, '"none"', '"already-provided"')::json where ${PLACE} and revision = 2`,
      `update event_log set data = replace(data::text, '"already-provided"', '"none"')::json where ${PLACE} and revision = 2`,
      { revision: 2, reason: 'hash' },
    ],
    [
      'whose author was changed',
      `update event_log set metadata = replace(metadata::text, 'local-api', 'somebody')::json where ${PLACE} and revision = 1`,
      `update event_log set metadata = replace(metadata::text, 'somebody', 'local-api')::json where ${PLACE} and revision = 1`,
      { revision: 1, reason: 'hash' },
    ],
    [
      'before which one was removed',
      `update event_log set stream = 'complaint-elsewhere', revision = 99 where ${PLACE} and revision = 1`,
      `update event_log set stream = 'complaint-19007429', revision = 1 where stream = 'complaint-elsewhere'`,
      // The removed event is now in another stream, earlier in the log, and leaves a gap there.
      { revision: 99, reason: 'gap' },
    ],
    [
      'with content that no event may have',
      `update event_log set data = (left(data::text, -1) || ',"odd":[1e400,"\\ud800"]}')::json where ${PLACE} and revision = 0`,
      `update event_log set data = replace(data::text, ',"odd":[1e400,"\\ud800"]', '')::json where ${PLACE} and revision = 0`,
      { revision: 0, reason: 'hash' },
    ],
  ])('names the first event %s, and exits with code 6', async (_, statement, undo, broken) => {
    const ran = await tampered(statement, undo, () => verify('--json'));
    expect(ran.code).toBe(6);
    expect(JSON.parse(ran.stdout)).toMatchObject({ broken });
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('names the broken event in a line', async () => {
    const ran = await tampered(
      `update event_log set data = replace(data::text, 'Housing', 'Planning')::json where ${PLACE} and revision = 0`,
      `update event_log set data = replace(data::text, 'Planning', 'Housing')::json where ${PLACE} and revision = 0`,
      () => verify(),
    );
    expect(ran.stdout).toMatch(
      /events hold; broken at complaint-19007429@0 \(position \d+, event [0-9a-f-]+\)/,
    );
  });

  it.each([
    [[], /^0 events in 0 streams were verified before the interruption; the others were not read\.\n$/],
    [['--json'], /"broken": null,\s+"complete": false\s/],
  ])('does not say after Ctrl-C that every hash holds: %j', async (options, stdout) => {
    const { url, drop } = await createDatabase();
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    try {
      await upheldCommand(['verify'], { DATABASE_URL: url });
      await holder.query('begin');
      await holder.query('lock table event_log');
      const command = startCommand(['verify', ...options], { DATABASE_URL: url });
      const waiting = `select from pg_locks where not granted and relation = 'event_log'::regclass`;
      await until(async () => (await holder.query(waiting)).rowCount !== 0);
      command.signal('SIGINT');
      await pause(200);
      await holder.query('rollback');
      expect(await command.ended).toMatchObject({
        code: 130,
        stdout: expect.stringMatching(stdout) as unknown,
      });
    } finally {
      await holder.end();
      await drop();
    }
  });

  it('refuses an option it does not know', async () => {
    expect(await verify('--fast')).toMatchObject({ code: 2, stdout: '' });
  });

  it('passes on a new store', async () => {
    const empty = await createDatabase();
    try {
      expect(await upheldCommand(['verify', '--json'], { DATABASE_URL: empty.url })).toMatchObject({
        code: 0,
      });
    } finally {
      await empty.drop();
    }
  });
});
