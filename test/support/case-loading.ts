import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { loadRegister } from '../../src/authorities/load-register.js';
import type { CaseHistory } from '../../src/complaints/import/case-history.js';
import { loadCases, type LoadOptions } from '../../src/complaints/import/case-loader.js';
import { problemLine } from '../../src/complaints/import/import-report.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';

/** When the cases are loaded. */
export const LOADED_AT = new Date('2020-04-20T10:00:00Z');

/** An empty log with the register loaded. */
export async function newStore(): Promise<EventStore> {
  const store = new MemoryEventStore();
  await loadRegister(store, LOADED_AT);
  return store;
}

/** Loads cases in batches of ten. Returns the counts and the printed problems. */
export async function load(
  store: EventStore,
  histories: readonly CaseHistory[],
  over: Partial<LoadOptions> = {},
) {
  const problems: string[] = [];
  const { cases: counted, ...counts } = await loadCases(histories, {
    store,
    register: new AuthorityRegister(store),
    clock: () => LOADED_AT,
    actor: { id: 'officer-1', role: 'reporting-officer' },
    batchSize: 10,
    onProblems: (found) => {
      problems.push(...found.map(problemLine));
    },
    ...over,
  });
  return { ...counted, ...counts, problems };
}

/** The events of the case with this number, see {@link upheldCase}. */
export async function eventsOf(store: EventStore, number: number) {
  const events = [];
  for await (const event of store.readStream(`complaint-${19_000_000 + number}`)) events.push(event);
  return events;
}
