import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { Appended, EventStore } from '../../src/event-store/event-store.js';
import type { EventStoreDbOptions } from '../../src/event-store/eventstoredb/eventstoredb-options.js';
import { verifyChain } from '../../src/event-store/core/hash-chain.js';
import { START } from '../../src/event-store/position.js';
import { Unavailable } from '../../src/platform/errors.js';
import { all } from '../contract/event-store.contract.js';
import { sampleEvent, sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import type { ReadFault } from '../support/fake-eventstoredb/faults.js';
import { Following, repeated, Setup } from './eventstoredb-stores.js';

/** So long that no test outlasts it: what ends sooner did not wait for it. In milliseconds. */
const MINUTES = 600_000;

describe('reading and following EventStoreDB', () => {
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

  describe('reads the log once', () => {
    const faults: ReadFault[] = [
      { kind: 'sever', after: 0 },
      { kind: 'sever', after: 250 },
      { kind: 'sever-all', after: 599 },
      { kind: 'silence', after: 250 },
      { kind: 'unavailable', after: 250 },
      { kind: 'delay', after: 250, ms: 200 },
      { kind: 'end', after: 250 },
      { kind: 'twice', after: 0 },
    ];
    it.each(faults)('under %j', async (fault) => {
      const store = newStore();
      await store.appendBulk(
        Array.from({ length: 60 }, (_, number) => ({
          stream: `s${number}`,
          expected: 'no-stream',
          events: sampleEvents(10),
        })),
      );
      const whole = await all(store.readAll());
      expect(whole).toHaveLength(600);
      fake.faults.onSubscription(fault);
      expect(await all(store.readAll())).toEqual(whole);
      expect(fake.faults.struck).toBe(1);
      // The search for the head is a read of its own.
      fake.faults.onRead({ ...fault, after: 0 });
      expect(await all(store.readAll({ limit: 400 }))).toEqual(whole.slice(0, 400));
    });
  });

  describe('follows the log without gap or repeat', () => {
    const faults: ReadFault[] = [
      { kind: 'sever', after: 0 },
      { kind: 'sever', after: 15 },
      { kind: 'sever-all', after: 35 },
      { kind: 'silence', after: 15 },
      { kind: 'silence', after: 35 },
      { kind: 'end', after: 15 },
      { kind: 'end', after: 35 },
      { kind: 'unavailable', after: 15 },
      { kind: 'unavailable', after: 35 },
      { kind: 'delay', after: 25, ms: 600 },
      { kind: 'twice', after: 0 },
    ];
    it.each(faults)('under %j', async (fault) => {
      const store = newStore();
      await store.append('followed', 'no-stream', sampleEvents(30));
      fake.faults.onSubscription(fault);
      const following = new Following(store, START);
      await following.until(30);
      await store.append('followed', 29, sampleEvents(30));
      await following.until(60);
      expect(fake.faults.struck).toBe(1);
      await following.end();
      expect(following.events).toEqual(await all(store.readStream('followed')));
      expect(following.items.at(-1)).toBe('caught-up');
    });

    it('when the server passes over many events of others first, which takes longer than a silence may', async () => {
      const store = newStore();
      await fill(fake.url, 30_000);
      await store.append('mine', 'no-stream', sampleEvents(3));
      fake.faults.searchMs = 100;
      const following = new Following(store, START);
      await following.until(3);
      await following.end();
      expect(await all(store.readAll())).toEqual(following.events);
    });

    it('when it is led to another node', async () => {
      const leader = await newServer();
      await newStore({ url: leader.url }).append('led', 'no-stream', sampleEvents(3));
      fake.faults.onSubscription({ kind: 'not-leader', after: 0, leader: leader.endpoint });
      const following = new Following(newStore(), START);
      await following.until(3);
      await following.end();
    });

    it('through stops and restarts of the server, under a writer', async () => {
      const store = newStore({ retryPolicy: { firstMs: 50, longestMs: 50, retries: 40, limitMs: 20_000 } });
      const after = await store.head();
      const following = new Following(store, after);
      const stop = new AbortController();
      const writing = writeUntil(stop.signal, store, 'written');
      for (let outage = 0; outage < 5; outage += 1) {
        await pause(150);
        await fake.stop();
        await pause(outage * 50);
        await fake.restart();
        await pause(150);
      }
      stop.abort();
      const acknowledged = await writing;
      expect(acknowledged.length).toBeGreaterThan(20);
      await following.until(acknowledged.length);
      await following.end();
      const recorded = await all(store.readStream('written'));
      expect(recorded.map(({ id }) => id)).toEqual(acknowledged.map(({ id }) => id));
      expect(recorded).toMatchObject(acknowledged.map(({ answer }) => answer));
      expect(verifyChain(recorded)).toBeUndefined();
      expect(following.events).toEqual(recorded);
    });

    it('beside other applications and links of projections, which it never sees', async () => {
      const shared = await newServer({ standardProjections: true });
      const mine = newStore({ url: shared.url, streamPrefix: 'mine.' });
      const theirs = newStore({ url: shared.url, streamPrefix: 'theirs.' });
      const following = new Following(mine, START);
      expect(await mine.head()).toBe(START);
      await theirs.append('case-1', 'no-stream', sampleEvents(200));
      const { position } = await mine.append('case-1', 'no-stream', sampleEvents(5));
      await theirs.append('case-1', 199, sampleEvents(200));
      await mine.append('case-2', 'no-stream', sampleEvents(5));
      await theirs.append('case-1', 399, sampleEvents(200));
      const events = await all(mine.readAll());
      expect(events.map(({ stream }) => stream)).toEqual([
        ...Array<string>(5).fill('case-1'),
        ...Array<string>(5).fill('case-2'),
      ]);
      expect(await mine.head()).toBe(events.at(-1)?.position);
      expect(await newStore({ url: shared.url, streamPrefix: 'mine.' }).head()).toBe(events.at(-1)?.position);
      expect(await all(mine.readAll({ after: position }))).toHaveLength(5);
      await following.until(10);
      await following.end();
      expect(following.events).toEqual(events);
    });
  });

  it('ends a subscription at once when it is aborted in an outage', async () => {
    const store = newStore({ resubscribePolicy: { firstMs: MINUTES, longestMs: MINUTES } });
    const following = new Following(store, START);
    await following.until(0);
    await fake.stop();
    // It waits by then, for minutes.
    await pause(300);
    await following.end();
    expect(following.items).toEqual(['caught-up']);
  });

  it('tells reads that wait for a server that is away so when it is closed', async () => {
    const store = newStore({
      retryPolicy: { firstMs: MINUTES, longestMs: MINUTES, retries: 1, limitMs: 2 * MINUTES },
    });
    await fake.refuseConnections();
    const reads = Promise.allSettled([store.head(), all(store.readStream('s')), all(store.readAll())]);
    // They wait by then, for minutes.
    await pause(200);
    await store.close();
    for (const read of await reads)
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 'event-store-closed' } });
  });

  it('closes while reads and subscriptions wait for a server that says nothing', async () => {
    const store = newStore({ silenceMs: MINUTES });
    await store.append('s', 'no-stream', sampleEvents(3));
    const following = new Following(store, START);
    await following.until(3);
    fake.faults.onRead({ kind: 'silence', after: 0 });
    const reading = all(store.readStream('s')).catch((error: unknown) => error);
    await pause(100);
    await store.close();
    expect(await reading).toBeInstanceOf(Unavailable);
    await following.ended;
  });
});

/** Appends one event after another; one whose outcome is not known is repeated with the same id, as the port says. */
async function writeUntil(signal: AbortSignal, store: EventStore, stream: string) {
  const acknowledged: { id: string; answer: Appended }[] = [];
  while (!signal.aborted) {
    const event = sampleEvent({ id: randomUUID() });
    const expected = acknowledged.length === 0 ? 'no-stream' : acknowledged.length - 1;
    acknowledged.push({
      id: event.id,
      answer: await repeated(() => store.append(stream, expected, [event])),
    });
    await pause(2);
  }
  return acknowledged;
}

/** Has another application store events on a server. */
async function fill(url: string, events: number): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  for (let stored = 0; stored < events; stored += 5_000) {
    const page = Array.from({ length: 5_000 }, (_, number) =>
      jsonEvent({ type: 'Ordered', data: { number } }),
    );
    await client.appendToStream('orders', page);
  }
  await client.dispose();
}
