import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { Appended, EventStore } from '../../src/event-store/event-store.js';
import type { EventStoreDbOptions } from '../../src/event-store/eventstoredb/eventstoredb-options.js';
import { verifyChain } from '../../src/event-store/core/hash-chain.js';
import { START } from '../../src/event-store/position.js';
import { all } from '../contract/event-store.contract.js';
import { sampleEvent, sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import type { ReadFault } from '../support/fake-eventstoredb/faults.js';
import { repeatUntilAvailable } from '../support/repeat-until-available.js';
import { RunningSubscription, Setup } from './eventstoredb-stores.js';

/** Longer than any test, in milliseconds, so that work that ends in time did not wait for it. */
const MINUTES = 600_000;

describe('subscribing to EventStoreDB', () => {
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

  describe('yields each event once and in order', () => {
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
    it.each(faults)('with the fault %j', async (fault) => {
      const store = newStore();
      await store.append('followed', 'no-stream', sampleEvents(30));
      fake.faults.onSubscription(fault);
      const subscription = new RunningSubscription(store, START);
      await subscription.until(30);
      await store.append('followed', 29, sampleEvents(30));
      await subscription.until(60);
      expect(fake.faults.struck).toBe(1);
      await subscription.end();
      expect(subscription.events).toEqual(await all(store.readStream('followed')));
      expect(subscription.messages.at(-1)).toBe('caught-up');
    });

    it('while the server skips events of other applications for longer than the silence limit', async () => {
      const store = newStore();
      await fill(fake.url, 30_000);
      await store.append('mine', 'no-stream', sampleEvents(3));
      fake.faults.searchMs = 100;
      const subscription = new RunningSubscription(store, START);
      await subscription.until(3);
      await subscription.end();
      expect(await all(store.readAll())).toEqual(subscription.events);
    });

    it('when it is redirected to another node', async () => {
      const leader = await newServer();
      await newStore({ url: leader.url }).append('led', 'no-stream', sampleEvents(3));
      fake.faults.onSubscription({ kind: 'not-leader', after: 0, leader: leader.endpoint });
      const subscription = new RunningSubscription(newStore(), START);
      await subscription.until(3);
      await subscription.end();
    });

    it('through restarts of the server, while a writer appends', async () => {
      const store = newStore({ retryPolicy: { firstMs: 50, longestMs: 50, retries: 40, limitMs: 20_000 } });
      const after = await store.head();
      const subscription = new RunningSubscription(store, after);
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
      await subscription.until(acknowledged.length);
      await subscription.end();
      const recorded = await all(store.readStream('written'));
      expect(recorded.map(({ id }) => id)).toEqual(acknowledged.map(({ id }) => id));
      expect(recorded).toMatchObject(acknowledged.map(({ answer }) => answer));
      expect(verifyChain(recorded)).toBeUndefined();
      expect(subscription.events).toEqual(recorded);
    });

    it('beside events of other applications and links of projections, which it does not yield', async () => {
      const shared = await newServer({ standardProjections: true });
      const mine = newStore({ url: shared.url, streamPrefix: 'mine.' });
      const theirs = newStore({ url: shared.url, streamPrefix: 'theirs.' });
      const subscription = new RunningSubscription(mine, START);
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
      await subscription.until(10);
      await subscription.end();
      expect(subscription.events).toEqual(events);
    });
  });

  it('ends a subscription at once when it is aborted during an outage', async () => {
    const store = newStore({ resubscribePolicy: { firstMs: MINUTES, longestMs: MINUTES } });
    const subscription = new RunningSubscription(store, START);
    await subscription.until(0);
    await fake.stop();
    // Now it waits for the next attempt, which is minutes away.
    await pause(300);
    await subscription.end();
    expect(subscription.messages).toEqual(['caught-up']);
  });
});

/** Appends one event after another. An append whose outcome is not known is repeated with the same id. */
async function writeUntil(signal: AbortSignal, store: EventStore, stream: string) {
  const acknowledged: { id: string; answer: Appended }[] = [];
  while (!signal.aborted) {
    const event = sampleEvent({ id: randomUUID() });
    const expected = acknowledged.length === 0 ? 'no-stream' : acknowledged.length - 1;
    acknowledged.push({
      id: event.id,
      answer: await repeatUntilAvailable(() => store.append(stream, expected, [event])),
    });
    await pause(2);
  }
  return acknowledged;
}

/** Stores events of another application on a server. */
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
