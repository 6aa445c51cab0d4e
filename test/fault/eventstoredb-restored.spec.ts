import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { START } from '../../src/event-store/position.js';
import type { Position } from '../../src/event-store/position.js';
import { sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { Following, Setup } from './eventstoredb-stores.js';

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

  it('ends where the backup does', async () => {
    const { position: kept } = await store.append('kept', 'no-stream', sampleEvents(3));
    const backup = fake.size;
    const { position: lost } = await store.append('lost', 'no-stream', sampleEvents(3));
    expect(await store.head()).toBe(lost);
    await restoreTo(backup);
    expect(await store.head()).toBe(kept);
    const { position: next } = await store.append('next', 'no-stream', sampleEvents(1));
    expect(await store.head()).toBe(next);
  });

  it('is empty when the backup held events of others only', async () => {
    const backup = fake.size;
    const { position: lost } = await store.append('lost', 'no-stream', sampleEvents(3));
    expect(await store.head()).toBe(lost);
    await restoreTo(backup);
    expect(await store.head()).toBe(START);
  });

  describe('that is followed', () => {
    let lost: Position;
    let backup: number;
    beforeEach(async () => {
      await store.append('kept', 'no-stream', sampleEvents(3));
      backup = fake.size;
      lost = (await store.append('lost', 'no-stream', sampleEvents(3))).position;
    });
    const refusal = {
      code: 'log-shorter',
      message: expect.stringMatching(
        /^the event log ends at \d+, before \d+, where it was followed to/,
      ) as unknown,
    };

    it('ends the subscription, which would pass over what is stored next', async () => {
      const following = new Following(store, START);
      await following.until(6);
      const ended = expect(following.ended).rejects.toMatchObject(refusal);
      await restoreTo(backup);
      await ended;
      expect(following.events).toHaveLength(6);
    });

    it('ends the subscription also where the log is empty by now', async () => {
      const following = new Following(store, START);
      await following.until(6);
      const ended = expect(following.ended).rejects.toMatchObject(refusal);
      await restoreTo(3);
      await ended;
    });

    it('ends a subscription that begins after the end of the log', async () => {
      await restoreTo(backup);
      await expect(new Following(setup.newStore(fake.url), lost).ended).rejects.toMatchObject(refusal);
    });

    it('ends a subscription that is not told anything', async () => {
      fake.faults.onSubscription({ kind: 'silence', after: 6 });
      const following = new Following(store, START);
      const ended = expect(following.ended).rejects.toMatchObject(refusal);
      while (following.events.length < 6) await pause(5);
      fake.restore(backup);
      await ended;
    });

    it('is followed on from a place that it still has', async () => {
      const following = new Following(store, START);
      await following.until(6);
      await restoreTo(fake.size);
      await store.append('more', 'no-stream', sampleEvents(2));
      await following.until(8);
      await following.end();
    });
  });
});
