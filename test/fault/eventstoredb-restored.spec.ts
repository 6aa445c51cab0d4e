import type { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { START } from '../../src/event-store/position.js';
import { sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { Setup } from './eventstoredb-stores.js';

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

  it('ends where the backup does', async () => {
    const { position: kept } = await store.append('kept', 'no-stream', sampleEvents(3));
    const backup = fake.size;
    const { position: lost } = await store.append('lost', 'no-stream', sampleEvents(3));
    expect(await store.head()).toBe(lost);
    await fake.restore(backup);
    expect(await store.head()).toBe(kept);
    const { position: next } = await store.append('next', 'no-stream', sampleEvents(1));
    expect(await store.head()).toBe(next);
  });

  it('is empty when the backup held events of others only', async () => {
    const backup = fake.size;
    const { position: lost } = await store.append('lost', 'no-stream', sampleEvents(3));
    expect(await store.head()).toBe(lost);
    await fake.restore(backup);
    expect(await store.head()).toBe(START);
  });
});
