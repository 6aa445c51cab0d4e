import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { sampleEvents } from '../support/sample-events.js';
import { all } from './event-store.contract.js';
import { openLogDatabase, type LogDatabase } from './log-database.js';

describe('the table of the log, which is append-only,', () => {
  let database: LogDatabase;
  let store: PostgresEventStore;
  let client: Client;
  beforeAll(async () => {
    database = await openLogDatabase();
    store = database.newStore();
    client = await database.newClient();
    await store.append('kept', 'no-stream', sampleEvents(3));
  });
  afterAll(() => database.close());

  const FORBIDDEN = [
    ['an update', `update event_log set data = '{}'`],
    ['an update of nothing', 'update event_log set position = position where false'],
    ['a delete', 'delete from event_log'],
    ['truncating', 'truncate event_log'],
    [
      'an insert that would update',
      `insert into event_log (position, stream, revision, event_id, type, version, data, metadata, hash, stored_at)
         select position, stream, revision, event_id, type, version, data, metadata, hash, stored_at from event_log
         on conflict (position) do update set data = '{}'`,
    ],
    ['a merge', 'merge into event_log using (select 1) as one on true when matched then delete'],
  ] as const;

  it.each(FORBIDDEN)('refuses %s of a superuser', async (_, statement) => {
    const before = await all(store.readAll());
    await expect(client.query(statement)).rejects.toThrow(/the event log is append-only: \w+ refused/);
    expect(await all(store.readAll())).toEqual(before);
  });

  it.each(FORBIDDEN)('refuses %s of the owner of the table', async (_, statement) => {
    const owner = `owner_${randomUUID().replaceAll('-', '')}`;
    await client.query(`create role ${owner}; grant usage, create on schema public to ${owner}`);
    await client.query(`begin; alter table event_log owner to ${owner}; set local role ${owner}`);
    await expect(client.query(statement)).rejects.toThrow(/the event log is append-only: \w+ refused/);
    await client.query(`rollback; drop owned by ${owner}; drop role ${owner}`);
  });

  it.each(FORBIDDEN)('refuses %s of a session that has turned triggers off', async (_, statement) => {
    await client.query('begin; set local session_replication_role = replica');
    await expect(client.query(statement)).rejects.toThrow(/the event log is append-only: \w+ refused/);
    await client.query('rollback');
  });
});
