import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { APPEND_LOCK } from '../../src/event-store/postgres/event-log.sql.js';
import { RevisionConflict } from '../../src/event-store/event-store.errors.js';
import type { ExpectedRevision } from '../../src/event-store/core/expected-revision.js';
import type { EventStore, Appended, SubscriptionMessage } from '../../src/event-store/event-store.js';
import { verifyChain } from '../../src/event-store/core/hash-chain.js';
import { Unavailable } from '../../src/platform/errors.js';
import { all } from './event-store.contract.js';
import { openLogDatabase, type LogDatabase } from './log-database.js';
import { repeatUntilAvailable } from '../support/repeat-until-available.js';
import { sampleEvents } from '../support/sample-events.js';
import { SeverableLink } from './severable-link.js';

const SHORT_LIMITS = {
  retryPolicy: { firstMs: 20, longestMs: 50, retries: 2, limitMs: 1_000 },
  statementTimeoutMs: 500,
  connectTimeoutMs: 500,
};

describe('the PostgreSQL engine during an outage', () => {
  let database: LogDatabase;
  let link: SeverableLink;
  beforeAll(async () => {
    database = await openLogDatabase();
    link = await SeverableLink.to(database.url);
  });
  afterAll(async () => {
    await database.close();
    await link.close();
  });

  describe.each(['lose-the-answer', 'lose-the-commit'] as const)('with the fault %s', (fault) => {
    it.each<[string, ExpectedRevision, number]>([
      ['no stream', 'no-stream', 0],
      ['an exact revision', 1, 2],
      ['any revision', 'any', 2],
    ])(
      'stores an append that expects %s once, and answers it as without the fault',
      async (_, expected, stored) => {
        const store = database.newStore({ connectionString: link.url });
        const stream = `${fault}-${expected}`;
        if (stored > 0) await store.append(stream, 'no-stream', sampleEvents(stored));
        const events = sampleEvents(2);
        const faults = link.faults;
        link.onNextCommit(fault);
        const answer = await store.append(stream, expected, events);
        expect(link.faults).toBe(faults + 1);
        const recorded = await all(store.readStream(stream));
        expect(recorded.slice(stored).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(recorded.at(-1)).toMatchObject(answer);
        expect(verifyChain(recorded)).toBeUndefined();
      },
    );

    it('gives each append of a batch its own answer', async () => {
      const store = database.newStore({ connectionString: link.url });
      const stream = `${fault}-batch`;
      await store.append(stream, 'no-stream', sampleEvents(1));
      const events = sampleEvents(1);
      link.onNextCommit(fault);
      const answers = await Promise.allSettled([
        store.append(stream, 0, events),
        store.append(stream, 0, sampleEvents(1)),
        store.append(`${stream}-other`, 'no-stream', sampleEvents(3)),
        store.append(stream, 0, events),
      ]);
      expect(
        answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as unknown) : answer.value)),
      ).toEqual([
        expect.objectContaining({ revision: 1 }),
        expect.any(RevisionConflict),
        expect.objectContaining({ revision: 2 }),
        expect.objectContaining({ revision: 1 }),
      ]);
      expect(await all(store.readStream(stream))).toHaveLength(2);
    });
  });

  it('refuses appends and reads as unavailable when the retries end, and works again when the server does', async () => {
    // If each of the fifty appends waited for its own timeout in turn, the test would time out.
    const retryPolicy = { firstMs: 1_000, longestMs: 1_000, retries: 2, limitMs: 3_000 };
    const store = database.newStore({ ...SHORT_LIMITS, retryPolicy, connectionString: link.url });
    await store.append('outage', 'no-stream', sampleEvents(1));
    const events = sampleEvents(2);
    await link.close();
    const refused = await Promise.allSettled([
      ...Array.from({ length: 50 }, () => store.append('outage', 0, events)),
      store.appendBulk([{ stream: 'outage', expected: 0, events }]),
      store.head(),
      all(store.readStream('outage')),
      all(store.readAll()),
    ]);
    for (const answer of refused)
      expect(answer).toEqual({ status: 'rejected', reason: expect.any(Unavailable) as unknown });
    await link.open();
    expect(await store.append('outage', 0, events)).toMatchObject({ revision: 2 });
    expect(await all(store.readStream('outage'))).toHaveLength(3);
  });

  it('survives an outage that is shorter than the retries', async () => {
    const store = database.newStore({ connectionString: link.url });
    await link.close();
    const appending = store.append('short-outage', 'no-stream', sampleEvents(1));
    await pause(300);
    await link.open();
    expect(await appending).toMatchObject({ revision: 0 });
  });

  it('ends reads that wait for the server when it is closed', async () => {
    const retryPolicy = { firstMs: 600_000, longestMs: 600_000, retries: 1, limitMs: 1_200_000 };
    const store = database.newStore({ ...SHORT_LIMITS, retryPolicy, connectionString: link.url });
    await link.close();
    const reads = Promise.allSettled([store.head(), all(store.readStream('outage')), all(store.readAll())]);
    // Now they wait for the next attempt, which is minutes away.
    await pause(200);
    await store.close();
    for (const read of await reads)
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 'event-store-closed' } });
    await link.open();
  });

  it('does not wait for ever for another process that holds the lock', async () => {
    const store = database.newStore(SHORT_LIMITS);
    const holder = await database.newClient();
    await holder.query(`begin; select pg_advisory_xact_lock(${APPEND_LOCK})`);
    await expect(store.append('locked', 'no-stream', sampleEvents(1))).rejects.toBeInstanceOf(Unavailable);
    await holder.query('rollback');
    expect(await store.append('locked', 'no-stream', sampleEvents(1))).toMatchObject({ revision: 0 });
  });

  it.each([
    ['by notifications alone', 60_000],
    ['by polling', 20],
  ])('continues a subscription %s, without gap or repeat', async (_, pollMs) => {
    const [near, far] = [database.newStore(), database.newStore({ connectionString: link.url, pollMs })];
    const after = await near.head();
    const stop = new AbortController();
    const items: SubscriptionMessage[] = [];
    const subscribing = (async () => {
      for await (const item of far.subscribe({ after, signal: stop.signal })) items.push(item);
    })();
    const seen = () => items.filter((item) => item !== 'caught-up');
    const until = (count: number) => waitUntil(() => seen().length >= count);
    for (let round = 1; round <= 3; round += 1) {
      await near.append(`followed-${pollMs}`, 'any', sampleEvents(5));
      await until(round * 10 - 5);
      if (round === 2) link.sever();
      else await link.close();
      await near.append(`followed-${pollMs}`, 'any', sampleEvents(5));
      await pause(100);
      if (round !== 2) await link.open();
      await until(round * 10);
    }
    stop.abort();
    await subscribing;
    expect(seen()).toEqual(await all(near.readAll({ after })));
    expect(seen()).toHaveLength(30);
  });

  it('loses no acknowledged event, and stores none twice, while backends are killed', async () => {
    const killer = await database.newClient();
    const store = database.newStore({
      retryPolicy: { firstMs: 5, longestMs: 40, retries: 4, limitMs: 5_000 },
    });
    const after = await store.head();
    const stop = new AbortController();
    const received: SubscriptionMessage[] = [];
    const subscribing = (async () => {
      for await (const item of store.subscribe({ after, signal: stop.signal })) received.push(item);
    })();
    const killed = new AbortController();
    const killing = killBackends(killer, killed.signal);
    const writers = await Promise.all(
      Array.from({ length: 32 }, (_, writer) => writeOn(store, `killed-${writer}`)),
    );
    killed.abort();
    expect(await killing).toBeGreaterThan(20);

    const events = await all(store.readAll({ after }));
    expect(events).toHaveLength(32 * 50);
    for (const { stream, acknowledged } of writers) {
      const recorded = await all(store.readStream(stream));
      expect(recorded.map(({ id }) => id)).toEqual(acknowledged.flatMap(({ ids }) => ids));
      expect(recorded.filter(({ revision }) => revision % 2 === 1)).toMatchObject(
        acknowledged.map(({ answer }) => answer),
      );
      expect(verifyChain(recorded)).toBeUndefined();
    }
    await waitUntil(() => received.filter((item) => item !== 'caught-up').length >= events.length);
    stop.abort();
    await subscribing;
    expect(received.filter((item) => item !== 'caught-up')).toEqual(events);
  });
});

async function waitUntil(reached: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!reached()) {
    if (performance.now() > deadline) throw new Error('it was not reached within 20 s');
    await pause(10);
  }
}

/** Kills the log's connections repeatedly until aborted. Returns how many it killed. */
async function killBackends(killer: Client, signal: AbortSignal): Promise<number> {
  let killed = 0;
  while (!signal.aborted) {
    const { rowCount } = await killer.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'upheld-event-log'`);
    killed += rowCount ?? 0;
    await pause(15);
  }
  return killed;
}

/** Makes appends one after another. One whose outcome is not known is repeated with the same events. */
async function writeOn(store: EventStore, stream: string) {
  const acknowledged: { answer: Appended; ids: string[] }[] = [];
  for (let time = 0; time < 25; time += 1) {
    const events = sampleEvents(2);
    const answer = await repeatUntilAvailable(() =>
      store.append(stream, time === 0 ? 'no-stream' : time * 2 - 1, events),
    );
    acknowledged.push({ answer, ids: events.map(({ id }) => id) });
  }
  return { stream, acknowledged };
}
