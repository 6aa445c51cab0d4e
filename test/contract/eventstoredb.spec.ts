import { randomUUID } from 'node:crypto';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { eventStoreContract } from './event-store.contract.js';

const REAL = process.env.TEST_EVENTSTORE_URL;
const newPrefix = () => `upheld-${randomUUID().slice(0, 8)}.`;

eventStoreContract('EventStoreDB, the fake', async () => {
  const fake = await FakeEventStoreDb.start({ standardProjections: true });
  const store = new EventStoreDbEventStore({ url: fake.url, streamPrefix: newPrefix() });
  const close = async () => {
    await store.close();
    await fake.stop();
  };
  return { store, close };
});

if (REAL !== undefined) {
  eventStoreContract('EventStoreDB, a real server', () => {
    const store = new EventStoreDbEventStore({ url: REAL, streamPrefix: newPrefix() });
    return Promise.resolve({ store, close: () => store.close() });
  });
}
