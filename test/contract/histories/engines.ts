import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { MemoryEventStore } from '../../../src/event-store/memory/memory-event-store.js';
import { FakeEventStoreDb } from '../../support/fake-eventstoredb/fake-eventstoredb.js';
import { freshPrefix } from '../../support/stream-prefix.js';
import { openLogDatabase } from '../log-database.js';
import { SeverableLink } from '../severable-link.js';
import type { Log } from './clients.js';

/** One log, the stores of the processes that use it, and what can go wrong with it meanwhile. */
export type Engine = Readonly<{
  stores: readonly Log[];
  faults: readonly (() => void)[];
  close: () => Promise<void>;
}>;

/** Of a store that tells every fault, and of one that hides what it can. */
const PATIENCE = [
  { pauses: [], limit: 0 },
  { pauses: [5, 10, 20, 40], limit: 2_000 },
];

/** Two processes, the connections of each by way of a link that breaks. */
export async function postgres(): Promise<Engine> {
  const database = await openLogDatabase();
  const links = await Promise.all(PATIENCE.map(() => SeverableLink.to(database.url)));
  const stores = links.map(({ url }, index) =>
    database.newStore({ connectionString: url, patience: PATIENCE[index] ?? { pauses: [], limit: 0 } }),
  );
  const faults = links.flatMap((link) => [
    () => {
      link.onNextCommit('lose-the-answer');
    },
    () => {
      link.onNextCommit('lose-the-commit');
    },
    () => {
      link.sever();
    },
  ]);
  const close = async () => {
    await database.close();
    await Promise.all(links.map((link) => link.close()));
  };
  return { stores, faults, close };
}

/** Two processes on one fake server, with its faults. */
export async function fakeEventStoreDb(): Promise<Engine> {
  const fake = await FakeEventStoreDb.start();
  const stores = PATIENCE.map(
    (patience) => new EventStoreDbEventStore({ url: fake.url, answerMs: 60, silenceMs: 200, patience }),
  );
  const faults = [
    ...(['lose-the-answer', 'lose-the-request', 'never-answer', 'answer-twice', 'not-handled'] as const).map(
      (kind) => () => {
        fake.faults.onAppend({ kind });
      },
    ),
    // Within the time that is waited for an answer, and beyond it.
    ...[10, 90].flatMap((ms) => [
      () => {
        fake.faults.onAppend({ kind: 'answer-late', ms });
      },
      () => {
        fake.faults.onAppend({ kind: 'delay', ms });
      },
    ]),
    ...(['sever', 'silence', 'unavailable', 'end', 'twice'] as const).map((kind) => () => {
      fake.faults.onRead({ kind, after: 1 });
    }),
    () => {
      fake.severAll();
    },
  ];
  const close = async () => {
    await Promise.all(stores.map((store) => store.close()));
    await fake.stop();
  };
  return { stores, faults, close };
}

/** The reference: one process, and nothing goes wrong. */
export function memory(): Promise<Engine> {
  const store = new MemoryEventStore();
  return Promise.resolve({ stores: [store], faults: [], close: () => store.close() });
}

/** Two processes on a server that nothing is done to. */
export function realEventStoreDb(url: string): Promise<Engine> {
  const streamPrefix = freshPrefix();
  const stores = PATIENCE.map((patience) => new EventStoreDbEventStore({ url, streamPrefix, patience }));
  const close = async () => {
    await Promise.all(stores.map((store) => store.close()));
  };
  return Promise.resolve({ stores, faults: [], close });
}
