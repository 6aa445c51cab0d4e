import { setTimeout as pause } from 'node:timers/promises';
import { RevisionConflict } from '../../src/event-store/event-store.errors.js';
import type { ExpectedRevision } from '../../src/event-store/core/expected-revision.js';
import type { Appended } from '../../src/event-store/event-store.js';
import type { EventStoreDbOptions } from '../../src/event-store/eventstoredb/eventstoredb-options.js';
import { verifyChain } from '../../src/event-store/core/hash-chain.js';
import { START } from '../../src/event-store/position.js';
import { Unavailable } from '../../src/platform/errors.js';
import { all } from '../contract/event-store.contract.js';
import { eventWith, METADATA, sampleEvent, sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import type { AppendFault } from '../support/fake-eventstoredb/faults.js';
import { repeatUntilAvailable } from '../support/repeat-until-available.js';
import { RunningSubscription, Setup } from './eventstoredb-stores.js';

const SHORT_LIMITS = {
  answerMs: 500,
  silenceMs: 500,
  retryPolicy: { firstMs: 10, longestMs: 20, retries: 2, limitMs: 500 },
};

describe('appending to EventStoreDB', () => {
  let setup: Setup;
  let fake: FakeEventStoreDb;
  const newServer = (options?: Parameters<Setup['newServer']>[0]) => setup.newServer(options);
  const newStore = ({ url = fake.url, ...options }: Partial<EventStoreDbOptions> = {}) =>
    setup.newStore(url, options);
  beforeEach(async () => {
    setup = new Setup();
    fake = await newServer();
  });
  afterEach(async () => {
    await setup.close();
  });

  describe('stores an append once and answers it as without the fault', () => {
    const faults: AppendFault[] = [
      { kind: 'lose-the-answer' },
      { kind: 'lose-the-request' },
      { kind: 'never-answer' },
      { kind: 'answer-late', ms: 600 },
      { kind: 'answer-late', ms: 100 },
      { kind: 'answer-twice' },
      { kind: 'delay', ms: 600 },
      { kind: 'delay', ms: 100 },
      { kind: 'not-handled' },
    ];
    const expectations: [ExpectedRevision, stored: number][] = [
      ['no-stream', 0],
      [1, 2],
      ['any', 2],
      ['stream-exists', 2],
    ];
    it.each(faults.flatMap((fault) => expectations.map((row) => [fault, ...row] as const)))(
      'with the fault %j, expecting %s',
      async (fault, expected, stored) => {
        const store = newStore();
        if (stored > 0) await store.append('s', 'no-stream', sampleEvents(stored));
        const events = sampleEvents(2);
        fake.faults.onAppend(fault);
        const answer = await store.append('s', expected, events);
        expect(fake.faults.struck).toBe(1);
        // Wait for the delayed append or answer.
        if ('ms' in fault) await pause(fault.ms);
        const recorded = await all(store.readStream('s'));
        expect(recorded.slice(stored).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(recorded.at(-1)).toMatchObject(answer);
        expect(verifyChain(recorded)).toBeUndefined();
      },
    );

    it('with two answers lost in succession', async () => {
      const store = newStore();
      fake.faults.onAppend({ kind: 'lose-the-answer' }, { kind: 'lose-the-answer' });
      expect(await store.append('s', 'no-stream', sampleEvents(1))).toMatchObject({ revision: 0 });
      expect(fake.faults.struck).toBe(2);
      expect(await all(store.readStream('s'))).toHaveLength(1);
    });

    it('at the leader, when another node was asked', async () => {
      const leader = await newServer();
      const store = newStore();
      fake.faults.onAppend({ kind: 'not-leader', leader: leader.endpoint });
      const events = sampleEvents(2);
      await store.append('s', 'no-stream', events);
      expect((await all(store.readStream('s'))).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      const direct = newStore({ url: leader.url });
      expect(await all(direct.readStream('s'))).toHaveLength(2);
    });

    it('for each of many appends under way on a connection that is cut', async () => {
      const store = newStore();
      const appends = Array.from({ length: 50 }, (_, number) => ({
        stream: `s${number}`,
        events: sampleEvents(2),
      }));
      fake.faults.onAppend({ kind: 'delay', ms: 50 }, { kind: 'lose-the-answer' }, { kind: 'never-answer' });
      const answers = await Promise.all(
        appends.map(({ stream, events }) => store.append(stream, 'no-stream', events)),
      );
      expect(answers.every(({ revision }) => revision === 1)).toBe(true);
      expect(await all(store.readAll())).toHaveLength(100);
    });

    it('in bulk', async () => {
      const store = newStore();
      fake.faults.onAppend(
        { kind: 'lose-the-answer' },
        { kind: 'lose-the-request' },
        { kind: 'not-handled' },
      );
      const appends = Array.from({ length: 300 }, (_, number) => ({
        stream: `s${number % 100}`,
        expected: number < 100 ? ('no-stream' as const) : Math.floor(number / 100) * 2 - 1,
        events: sampleEvents(2),
      }));
      const outcomes = await store.appendBulk(appends);
      expect(outcomes.filter((outcome) => outcome instanceof Error)).toEqual([]);
      const events = await all(store.readAll());
      expect(events).toHaveLength(600);
      for (let number = 0; number < 100; number += 1) {
        expect(verifyChain(events.filter(({ stream }) => stream === `s${number}`))).toBeUndefined();
      }
    });
  });

  it.each([
    ['lose-the-request', 'a conflict when another process wrote before the append was sent again'],
    ['lose-the-answer', 'the stored append although another process wrote before it was sent again'],
  ] as const)('with the fault %s answers %s', async (kind, _) => {
    const other = newStore();
    const store = newStore({ retryPolicy: { firstMs: 300, longestMs: 300, retries: 1, limitMs: 3_000 } });
    await other.append('s', 'no-stream', sampleEvents(1));
    await all(store.readStream('s'));
    fake.faults.onAppend({ kind });
    const event = sampleEvent();
    const outcome = store.append('s', 0, [event]).catch((error: unknown) => error);
    while (fake.faults.struck === 0) await pause(5);
    await repeatUntilAvailable(() => other.append('s', kind === 'lose-the-answer' ? 1 : 0, sampleEvents(1)));
    if (kind === 'lose-the-answer') expect(await outcome).toMatchObject({ revision: 1 });
    else {
      expect(await outcome).toBeInstanceOf(RevisionConflict);
      expect(await outcome).toMatchObject({ actual: 1 });
    }
    const recorded = await all(store.readStream('s'));
    expect(recorded.filter(({ id }) => id === event.id)).toHaveLength(kind === 'lose-the-answer' ? 1 : 0);
    expect(verifyChain(recorded)).toBeUndefined();
  });

  it('keeps the chain unbroken when another process stored the same ids with other metadata first', async () => {
    const [store, other] = [newStore(), newStore()];
    const first = sampleEvent();
    const retried = { ...first, metadata: { ...METADATA, recordedAt: '2019-06-14T09:31:00.000Z' } };
    await other.append('s', 'no-stream', [first]);
    expect(await store.append('s', 'no-stream', [retried])).toMatchObject({ revision: 0 });
    await store.append('s', 0, sampleEvents(1));
    expect(verifyChain(await all(other.readStream('s')))).toBeUndefined();
  });

  it('is unavailable to all waiting calls at once while the server is down, and works again by itself', async () => {
    // If each of the fifty appends waited for its own timeout in turn, the test would time out.
    const store = newStore({
      ...SHORT_LIMITS,
      retryPolicy: { firstMs: 1_000, longestMs: 1_000, retries: 2, limitMs: 3_000 },
    });
    await store.append('outage', 'no-stream', sampleEvents(1));
    const events = sampleEvents(2);
    await fake.stop();
    const refused = await Promise.allSettled([
      ...Array.from({ length: 50 }, () => store.append('outage', 0, events)),
      store.appendBulk([{ stream: 'outage', expected: 0, events }]),
      store.head(),
      all(store.readStream('outage')),
      all(store.readAll()),
    ]);
    for (const answer of refused) {
      expect(answer).toEqual({ status: 'rejected', reason: expect.any(Unavailable) as unknown });
    }
    await fake.restart();
    expect(await repeatUntilAvailable(() => store.append('outage', 0, events))).toMatchObject({
      revision: 2,
    });
    expect(await all(store.readStream('outage'))).toHaveLength(3);
  });

  it('finds a cluster by gossip, is unavailable while there is none, and finds it again', async () => {
    const url = `${fake.discoverUrl}&maxDiscoverAttempts=2`;
    const store = newStore({ ...SHORT_LIMITS, url });
    await store.append('s', 'no-stream', sampleEvents(1));
    await fake.stop();
    await expect(store.append('s', 0, sampleEvents(1))).rejects.toBeInstanceOf(Unavailable);
    await expect(store.head()).rejects.toBeInstanceOf(Unavailable);
    await fake.restart();
    const events = sampleEvents(1);
    expect(await repeatUntilAvailable(() => store.append('s', 0, events))).toMatchObject({ revision: 1 });
  });

  it('survives an outage that is shorter than the retries', async () => {
    const store = newStore();
    await fake.refuseConnections();
    const appending = store.append('s', 'no-stream', sampleEvents(1));
    await pause(200);
    await fake.acceptConnections();
    expect(await appending).toMatchObject({ revision: 0 });
  });

  it('loses no acknowledged event, and stores none twice, while connections are cut', async () => {
    const store = newStore({ retryPolicy: { firstMs: 20, longestMs: 20, retries: 40, limitMs: 20_000 } });
    const subscription = new RunningSubscription(store, START);
    const stop = new AbortController();
    const cutting = (async () => {
      for (let cuts = 0; ; cuts += 1) {
        if (stop.signal.aborted) return cuts;
        fake.severAll();
        await pause(25);
      }
    })();
    const writers = await Promise.all(
      Array.from({ length: 16 }, async (_, writer) => {
        const stream = `cut-${writer}`;
        const written: { id: string; answer: Appended }[] = [];
        for (let revision = 0; revision < 20; revision += 1) {
          const event = eventWith({ revision });
          const expected = revision === 0 ? 'no-stream' : revision - 1;
          written.push({
            id: event.id,
            answer: await repeatUntilAvailable(() => store.append(stream, expected, [event])),
          });
        }
        return { stream, written };
      }),
    );
    stop.abort();
    expect(await cutting).toBeGreaterThan(3);
    await subscription.until(320);
    await subscription.end();
    const events = await all(store.readAll());
    expect(subscription.events).toEqual(events);
    for (const { stream, written } of writers) {
      const recorded = events.filter((event) => event.stream === stream);
      expect(recorded.map(({ id }) => id)).toEqual(written.map(({ id }) => id));
      expect(recorded).toMatchObject(written.map(({ answer }) => answer));
      expect(verifyChain(recorded)).toBeUndefined();
    }
  });
});
