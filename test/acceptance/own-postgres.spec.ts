import { Client } from 'pg';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import { upheldCommand } from '../support/command-line.js';
import { BLABY } from '../support/complaints.js';
import { createDatabase } from '../support/database.js';
import { ready } from '../support/health.js';
import { runUpheld } from '../support/running-upheld.js';

async function asked<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row & object>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a PostgreSQL of its own, whose search path names another schema first', () => {
  it('has all tables where the log is, and serves like the others', async () => {
    const { url, drop } = await createDatabase();
    try {
      const name = new URL(url).pathname.slice(1);
      await asked(
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
        await asked(
          url,
          `select distinct schemaname from pg_tables where tablename ~ '^(event|proj|stat|schema)'`,
        ),
      ).toEqual([{ schemaname: 'public' }]);
    } finally {
      await drop();
    }
  }, 60_000);
});

describe('a PostgreSQL that runs out of something while statistics are read', () => {
  it('is told to be unavailable, not what it said of the statements after that', async () => {
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

describe('a connection to PostgreSQL', () => {
  it('is let go of by the server when its machine is gone', async () => {
    const { url, drop } = await createDatabase();
    const database = await openDatabase(url, []);
    try {
      // A server reached through a file has no such settings.
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
      await drop();
    }
  });
});
