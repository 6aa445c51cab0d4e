import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { eventStoreContract } from './event-store.contract.js';
import { openLogDatabase } from './log-database.js';

eventStoreContract('memory', () => {
  const store = new MemoryEventStore();
  return Promise.resolve({ store, close: () => store.close() });
});

eventStoreContract('PostgreSQL', async () => {
  const database = await openLogDatabase();
  const another = () => database.newStore();
  const notifiedOnly = () => database.newStore({ pollMs: 600_000 });
  return { store: another(), another, notifiedOnly, close: database.close };
});
