import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EventStoreDbOptions } from '../../src/event-store/eventstoredb/eventstoredb-options.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { freshPrefix } from '../support/stream-prefix.js';
import { eventStoreContract, type Opened } from './event-store.contract.js';

const REAL = process.env.TEST_EVENTSTORE_URL;

/** A separate log on a server. `stop` stops the server, if no other log is on it. */
function openOn(url: string, stop: () => Promise<void> = () => Promise.resolve()): Opened {
  const streamPrefix = freshPrefix();
  const stores: EventStoreDbEventStore[] = [];
  const newStore = (options: Partial<EventStoreDbOptions> = {}) => {
    const store = new EventStoreDbEventStore({ url, streamPrefix, ...options });
    stores.push(store);
    return store;
  };
  const another = () => newStore();
  const notifiedOnly = () => newStore({ silenceMs: 600_000 });
  const close = async () => {
    await Promise.all(stores.map((store) => store.close()));
    await stop();
  };
  return { store: another(), another, notifiedOnly, close };
}

eventStoreContract('EventStoreDB, the fake', async () => {
  const fake = await FakeEventStoreDb.start({ standardProjections: true });
  return openOn(fake.url, () => fake.stop());
});

if (REAL !== undefined) {
  eventStoreContract('EventStoreDB, a real server', () => Promise.resolve(openOn(REAL)));
}
