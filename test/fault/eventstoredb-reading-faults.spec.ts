import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDbOptions } from '../../src/event-store/eventstoredb/eventstoredb-options.js';
import { START } from '../../src/event-store/position.js';
import { Unavailable } from '../../src/platform/errors.js';
import { all } from '../contract/event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import type { ReadFault } from '../support/fake-eventstoredb/faults.js';
import { RunningSubscription, Setup } from './eventstoredb-stores.js';

/** Longer than any test, in milliseconds, so that work that ends in time did not wait for it. */
const MINUTES = 600_000;

describe('reading EventStoreDB', () => {
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

  describe('reads each event once', () => {
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
    it.each(faults)('with the fault %j', async (fault) => {
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
      // Reading the head is a separate call.
      fake.faults.onRead({ ...fault, after: 0 });
      expect(await all(store.readAll({ limit: 400 }))).toEqual(whole.slice(0, 400));
    });
  });

  it('ends reads that wait for the server when the store is closed', async () => {
    const store = newStore({
      retryPolicy: { firstMs: MINUTES, longestMs: MINUTES, retries: 1, limitMs: 2 * MINUTES },
    });
    await fake.refuseConnections();
    const reads = Promise.allSettled([store.head(), all(store.readStream('s')), all(store.readAll())]);
    // Now they wait for the next attempt, which is minutes away.
    await pause(200);
    await store.close();
    for (const read of await reads)
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 'event-store-closed' } });
  });

  it('closes while reads and subscriptions wait for a silent server', async () => {
    const store = newStore({ silenceMs: MINUTES });
    await store.append('s', 'no-stream', sampleEvents(3));
    const subscription = new RunningSubscription(store, START);
    await subscription.until(3);
    fake.faults.onRead({ kind: 'silence', after: 0 });
    const reading = all(store.readStream('s')).catch((error: unknown) => error);
    await pause(100);
    await store.close();
    expect(await reading).toBeInstanceOf(Unavailable);
    await subscription.ended;
  });
});
