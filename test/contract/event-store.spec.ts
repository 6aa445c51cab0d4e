import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { eventStoreContract } from './event-store.contract.js';
import { openLogDatabase } from './log-database.js';

eventStoreContract('memory', () => {
  const store = new MemoryEventStore();
  return Promise.resolve({ store, close: () => store.close() });
});

eventStoreContract('PostgreSQL', async () => {
  const database = await openLogDatabase();
  const again = () => database.newStore();
  return { store: again(), again, close: database.close };
});
