import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { START } from '../../src/event-store/position.js';
import type { Position } from '../../src/event-store/position.js';
import { sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { RunningSubscription, Setup } from './eventstoredb-stores.js';

describe('a log in EventStoreDB that was restored from an older backup', () => {
  let setup: Setup;
  let fake: FakeEventStoreDb;
  let store: EventStoreDbEventStore;
  beforeEach(async () => {
    setup = new Setup();
    fake = await setup.newServer();
    store = setup.newStore(fake.url);
  });
  afterEach(() => setup.close());

  const restoreTo = async (size: number) => {
    await fake.stop();
    fake.restore(size);
    await fake.restart();
  };

  it('ends with the last event of the backup', async () => {
    const { position: kept } = await store.append('kept', 'no-stream', sampleEvents(3));
    const backup = fake.size;
    const { position: lost } = await store.append('lost', 'no-stream', sampleEvents(3));
    expect(await store.head()).toBe(lost);
    await restoreTo(backup);
    expect(await store.head()).toBe(kept);
    const { position: next } = await store.append('next', 'no-stream', sampleEvents(1));
    expect(await store.head()).toBe(next);
  });

  it('is empty when the backup held events of other applications only', async () => {
    const backup = fake.size;
    const { position: lost } = await store.append('lost', 'no-stream', sampleEvents(3));
    expect(await store.head()).toBe(lost);
    await restoreTo(backup);
    expect(await store.head()).toBe(START);
  });

  describe('with a subscription', () => {
    let lost: Position;
    let backup: number;
    beforeEach(async () => {
      await store.append('kept', 'no-stream', sampleEvents(3));
      backup = fake.size;
      lost = (await store.append('lost', 'no-stream', sampleEvents(3))).position;
    });
    const logShorter = {
      code: 'log-shorter',
      message: expect.stringMatching(
        /^the event log ends at \d+, before \d+, which readers have reached/,
      ) as unknown,
    };

    it('ends the subscription, because it would skip the events that are stored next', async () => {
      const subscription = new RunningSubscription(store, START);
      await subscription.until(6);
      const ended = expect(subscription.ended).rejects.toMatchObject(logShorter);
      await restoreTo(backup);
      await ended;
      expect(subscription.events).toHaveLength(6);
    });

    it('ends the subscription also when the log is now empty', async () => {
      const subscription = new RunningSubscription(store, START);
      await subscription.until(6);
      const ended = expect(subscription.ended).rejects.toMatchObject(logShorter);
      await restoreTo(3);
      await ended;
    });

    it('ends a subscription that begins after the end of the log', async () => {
      await restoreTo(backup);
      await expect(new RunningSubscription(setup.newStore(fake.url), lost).ended).rejects.toMatchObject(
        logShorter,
      );
    });

    it('ends a subscription to which the server sends nothing more', async () => {
      fake.faults.onSubscription({ kind: 'silence', after: 6 });
      const subscription = new RunningSubscription(store, START);
      const ended = expect(subscription.ended).rejects.toMatchObject(logShorter);
      while (subscription.events.length < 6) await pause(5);
      fake.restore(backup);
      await ended;
    });

    it('continues the subscription if the log still has its position', async () => {
      const subscription = new RunningSubscription(store, START);
      await subscription.until(6);
      await restoreTo(fake.size);
      await store.append('more', 'no-stream', sampleEvents(2));
      await subscription.until(8);
      await subscription.end();
    });
  });
});
