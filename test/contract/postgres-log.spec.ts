import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { SubscriptionMessage } from '../../src/event-store/event-store.js';
import { InvalidAppend, RevisionConflict } from '../../src/event-store/event-store.errors.js';
import { logConnectionPool } from '../../src/event-store/postgres/connection.js';
import {
  HEAD,
  PAGE_AFTER,
  PAGE_BACKWARDS,
  PAGE_BETWEEN,
  PAGE_BYTES,
  PAGE_FORWARDS,
  EVENT_LOCATIONS,
  STREAM_HEADS,
} from '../../src/event-store/postgres/event-log.sql.js';
import { LogReader } from '../../src/event-store/postgres/log-reader.js';
import { CreateEventLog1795219200000 } from '../../src/event-store/postgres/event-log.migration.js';
import type { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { START } from '../../src/event-store/position.js';
import { all } from './event-store.contract.js';
import { openLogDatabase, type LogDatabase } from './log-database.js';
import { eventWith, sampleEvent, sampleEvents } from '../support/sample-events.js';

describe('a subscription to a log in PostgreSQL that is restored from an older backup', () => {
  it('ends, because it would skip the events that are stored next', async () => {
    const database = await openLogDatabase();
    try {
      const store = database.newStore({ pollMs: 20 });
      const client = await database.newClient();
      await store.append('cases', 'no-stream', sampleEvents(5));
      const items: SubscriptionMessage[] = [];
      const subscribing = (async () => {
        const { signal } = new AbortController();
        for await (const item of store.subscribe({ after: START, signal })) items.push(item);
      })();
      const ended = expect(subscribing).rejects.toMatchObject({
        code: 'log-shorter',
        message: expect.stringMatching(
          /^the event log ends at 3, before 5, which readers have reached/,
        ) as unknown,
      });
      while (items.length < 6) await pause(5);
      await client.query(
        `begin;
         alter table event_log disable trigger append_only;
         delete from event_log where position > 3;
         alter table event_log enable always trigger append_only;
         commit`,
      );
      await ended;
    } finally {
      await database.close();
    }
  }, 10_000);
});

describe('the log in PostgreSQL', () => {
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

  describe('holds each event id once, over all streams', () => {
    it('refuses an id of another stream, and stores nothing', async () => {
      const [known = sampleEvent()] = await all(store.readStream('kept', { from: 1, limit: 1 }));
      const append = store.append('thief', 'no-stream', [sampleEvent(), sampleEvent({ id: known.id })]);
      await expect(append).rejects.toBeInstanceOf(InvalidAppend);
      await expect(append).rejects.toThrow(known.id);
      await expect(all(store.readStream('thief'))).rejects.toThrow('there is no stream');
    });

    it('refuses only the invalid append, not the others in its batch', async () => {
      const [known = sampleEvent()] = await all(store.readStream('kept', { limit: 1 }));
      const [good, stolen] = [sampleEvents(2), [sampleEvent({ id: known.id })]];
      const outcomes = await store.appendBulk([
        { stream: 'good-1', expected: 'no-stream', events: good },
        { stream: 'bad-1', expected: 'no-stream', events: stolen },
        { stream: 'good-1', expected: 1, events: sampleEvents(1) },
        { stream: 'bad-2', expected: 'no-stream', events: [sampleEvent(), ...good.slice(1)] },
        { stream: 'good-1', expected: 1, events: sampleEvents(1) },
      ]);
      expect(outcomes.map((outcome) => (outcome instanceof Error ? outcome.name : outcome.revision))).toEqual(
        [1, InvalidAppend.name, 2, InvalidAppend.name, RevisionConflict.name],
      );
      expect(await all(store.readStream('good-1'))).toHaveLength(3);
    });
  });

  it('recognises a repeat by its ids when no revision is expected', async () => {
    const events = sampleEvents(3);
    const first = await store.append('any', 'any', events);
    await store.append('any', 'any', sampleEvents(1));
    expect(await store.append('any', 'any', events)).toEqual(first);
    expect(await store.append('any', 'stream-exists', events.slice(1))).toEqual(first);
    const knownThenNew = store.append('any', 'any', [...events.slice(2), sampleEvent()]);
    await expect(knownThenNew).rejects.toBeInstanceOf(RevisionConflict);
    const newThenKnown = store.append('any', 'any', [sampleEvent(), ...events.slice(2)]);
    await expect(newThenKnown).rejects.toBeInstanceOf(InvalidAppend);
    expect(await all(store.readStream('any'))).toHaveLength(4);
  });

  it('never stamps an event earlier than the one before it, even if the server’s clock was set back', async () => {
    const scratch = await openLogDatabase();
    try {
      await (
        await scratch.newClient()
      ).query(`insert into event_log
        (position, stream, revision, event_id, type, version, data, metadata, hash, stored_at)
        values (7, 'ahead', 0, '${randomUUID()}', 'A', 1, '{}', '{}', '', '2999-12-31T23:59:59.123Z')`);
      const writer = scratch.newStore();
      expect(await writer.append('behind', 'no-stream', sampleEvents(2))).toEqual({
        revision: 1,
        position: 9n,
      });
      const times = (await all(writer.readAll())).map(({ storedAt }) => storedAt);
      expect(times).toEqual(Array.from({ length: 3 }, () => '2999-12-31T23:59:59.123Z'));
    } finally {
      await scratch.close();
    }
  });

  it('appends in order under any default isolation level of the database', async () => {
    const scratch = await openLogDatabase();
    try {
      const name = new URL(scratch.url).pathname.slice(1);
      await client.query(`alter database ${name} set default_transaction_isolation = 'serializable'`);
      await client.query(`alter database ${name} set default_transaction_read_only = on`);
      const stores = [scratch.newStore(), scratch.newStore(), scratch.newStore()];
      const appends = stores.flatMap((writer) =>
        Array.from({ length: 20 }, async (_, time) => {
          await pause(time);
          return writer.append('isolated', 'any', sampleEvents(1));
        }),
      );
      const revisions = (await Promise.all(appends)).map(({ revision }) => revision);
      expect(revisions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    } finally {
      await scratch.close();
    }
  });

  it('uses its indexes even while it is small', async () => {
    const scratch = await openLogDatabase();
    const pool = logConnectionPool(
      { connectionString: scratch.url, connectTimeoutMs: 0, statementTimeoutMs: 0 },
      {},
    );
    try {
      await scratch.newStore().append('small', 'no-stream', sampleEvents(20));
      await pool.query('analyze event_log');
      for (const statement of [
        HEAD,
        STREAM_HEADS,
        EVENT_LOCATIONS,
        PAGE_AFTER,
        PAGE_BETWEEN,
        PAGE_FORWARDS,
        PAGE_BACKWARDS,
      ]) {
        const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${statement}`);
        const steps = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(steps).toMatch(/Index (Only )?Scan .*on event_log/);
        expect(steps).not.toMatch(/Seq Scan|Sort/);
      }
    } finally {
      await pool.end();
      await scratch.close();
    }
  });

  it('stores the JSON text unchanged', async () => {
    await store.append('written', 'no-stream', [eventWith({ z: 'a\u0000', a: [1, { y: null }] })]);
    const { rows } = await client.query<{ data: string }>(
      `select data::text from event_log where stream = 'written'`,
    );
    expect(rows).toEqual([{ data: '{"z":"a\\u0000","a":[1,{"y":null}]}' }]);
  });

  it('reads a log of large events in small pages', async () => {
    const head = await store.head();
    const large = (number: number) => eventWith({ number, text: 'é'.repeat(450_000) });
    for (let number = 0; number < 24; number += 1) await store.append('large', 'any', [large(number)]);
    const numbers = Array.from({ length: 24 }, (_, number) => number);
    const inAll = (await all(store.readAll({ after: head }))).map(({ data }) => data.number);
    expect(inAll).toEqual(numbers);
    const backwards = await all(store.readStream('large', { direction: 'backwards', limit: 20 }));
    expect(backwards.map(({ data }) => data.number)).toEqual(numbers.toReversed().slice(0, 20));
    const pool = logConnectionPool(
      { connectionString: database.url, connectTimeoutMs: 0, statementTimeoutMs: 0 },
      {},
    );
    const page = await new LogReader(pool, { firstMs: 0, longestMs: 0, retries: 0 }).pageAfter(head);
    await pool.end();
    expect(page.more).toBe(true);
    expect(page.events.length).toBe(Math.ceil(PAGE_BYTES / 900_300));
  });

  it('can be migrated down and up again', async () => {
    const scratch = await openLogDatabase();
    try {
      const runner = await scratch.newClient();
      const migration = new CreateEventLog1795219200000();
      await migration.down(runner);
      await migration.up(runner);
      expect(await scratch.newStore().head()).toBe(START);
    } finally {
      await scratch.close();
    }
  });
});
