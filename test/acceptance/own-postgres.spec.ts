import { Client } from 'pg';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { connectionOptions, type ConnectionOptions } from '../../src/platform/postgres/connection-options.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import { upheldCommand } from '../support/command-line.js';
import { BLABY } from '../support/complaints.js';
import { createDatabase } from '../support/database.js';
import { ready } from '../support/health.js';
import { runUpheld } from '../support/running-upheld.js';

async function rowsOf<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row & object>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("an operator's own PostgreSQL, whose search path names another schema first", () => {
  it('has all tables in public, and works like any other', async () => {
    const { url, drop } = await createDatabase();
    try {
      const name = new URL(url).pathname.slice(1);
      await rowsOf(
        url,
        `create schema elsewhere; alter database ${name} set search_path to elsewhere, public`,
      );
      const running = await runUpheld({ databaseUrl: url });
      try {
        const reference = CaseReferenceSchema.parse('19007429');
        const received = { reference, authority: BLABY.code, subject: 'Housing', receivedOn: '2019-06-14' };
        expect(await running.post('/complaints', received)).toMatchObject({ status: 201 });
        const decision = { outcome: 'not-upheld', decidedOn: '2019-10-02' };
        const decided = await running.post(`/complaints/${reference}/decisions`, decision);
        expect(decided).toMatchObject({ status: 201 });
        const { position } = decided.body as { position: string };
        expect(
          await running.get(`/authorities/${BLABY.code}/statistics/2019-20?after=${position}`),
        ).toMatchObject({ status: 200, body: { upheld: { count: 0, of: 1 } } });
        expect((await ready(running)).projections).toMatchObject([{ state: 'live', lag: { events: 0 } }]);
        const rebuilt = await upheldCommand(['projections', 'rebuild'], { DATABASE_URL: url });
        expect(rebuilt).toMatchObject({ code: 0 });
      } finally {
        await running.close();
      }
      expect(
        await rowsOf(
          url,
          `select distinct schemaname from pg_tables where tablename ~ '^(event|proj|stat|schema)'`,
        ),
      ).toEqual([{ schemaname: 'public' }]);
    } finally {
      await drop();
    }
  }, 60_000);
});

describe('a PostgreSQL that runs out of disk space while statistics are read', () => {
  it('is reported as unavailable, not by the errors of the statements that follow', async () => {
    const running = await runUpheld({ projecting: false });
    try {
      await running.upheld.database.query(`
        create function refuse() returns boolean language plpgsql as
          $$ begin raise 'no room left' using errcode = '53100'; end $$;
        alter table projection_checkpoint rename to checkpoint_kept;
        create view projection_checkpoint as select * from checkpoint_kept where refuse();
        insert into checkpoint_kept (projection, position) values ('statistics', 0) on conflict do nothing;`);
      for (const path of ['/statistics/2019-20', `/authorities/${BLABY.code}/statistics/2019-20`]) {
        expect(await running.get(path)).toMatchObject({
          status: 503,
          body: { type: 'urn:upheld:problem:database-unavailable' },
        });
      }
    } finally {
      await running.close();
    }
  });
});

/** The settings of a session of the server, by name. */
async function settingsOf(
  url: string,
  names: readonly string[],
  options: Partial<ConnectionOptions> = {},
): Promise<Record<string, string>> {
  const client = new Client(connectionOptions({ url, applicationName: 'upheld test', ...options }));
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; value: string }>(
      'select name, current_setting(name) as value from unnest($1::text[]) as name',
      [names],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  } finally {
    await client.end();
  }
}

describe('a connection to PostgreSQL', () => {
  let created: Awaited<ReturnType<typeof createDatabase>>;
  beforeAll(async () => {
    created = await createDatabase();
  });
  afterAll(() => created.drop());

  it('is ended by the server within 30 seconds when the machine of the client no longer answers', async () => {
    const database = await openDatabase(created.url, []);
    try {
      // A connection through a socket file does not have these settings.
      const [{ remote } = { remote: null }] = await database.query<{ remote: string | null }[]>(
        'select inet_client_addr()::text as remote',
      );
      const settings = await database.query<{ name: string; setting: string }[]>(
        `select name, setting from pg_settings where name like 'tcp_keepalives_%' order by name`,
      );
      expect(settings.map(({ setting }) => Number(setting))).toEqual(
        remote === null ? [0, 0, 0] : [4, 10, 5],
      );
    } finally {
      await database.destroy();
    }
  });

  it('has a name, the schema public, and no time limits by default', async () => {
    const names = ['application_name', 'search_path', 'statement_timeout', 'enable_seqscan'];
    expect(await settingsOf(created.url, names)).toEqual({
      application_name: 'upheld test',
      search_path: 'public',
      statement_timeout: '0',
      enable_seqscan: 'on',
    });
  });

  it('has the requested time limits and settings, in addition to those of every connection', async () => {
    const names = [
      'statement_timeout',
      'idle_in_transaction_session_timeout',
      'enable_seqscan',
      'search_path',
    ];
    const options = {
      statementTimeoutMs: 1_500,
      idleInTransactionTimeoutMs: 2_500,
      settings: { enable_seqscan: 'off' },
    };
    expect(await settingsOf(created.url, names, options)).toEqual({
      statement_timeout: '1500ms',
      idle_in_transaction_session_timeout: '2500ms',
      enable_seqscan: 'off',
      search_path: 'public',
    });
  });

  it('fails a query that is not answered within its time limit', async () => {
    const options = { url: created.url, applicationName: 'upheld test', answerTimeoutMs: 50 };
    const client = new Client(connectionOptions(options));
    client.on('error', () => undefined);
    await client.connect();
    await expect(client.query('select pg_sleep(10)')).rejects.toThrow('Query read timeout');
    await client.end();
  });
});
