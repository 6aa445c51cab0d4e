import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { RetryPolicy } from '../../../src/platform/retry-policy.js';
import { MemoryEventStore } from '../../../src/event-store/memory/memory-event-store.js';
import { FakeEventStoreDb } from '../../support/fake-eventstoredb/fake-eventstoredb.js';
import { freshPrefix } from '../../support/stream-prefix.js';
import { openLogDatabase } from '../log-database.js';
import { SeverableLink } from '../severable-link.js';
import type { Log } from './clients.js';

/** One log, the stores of the processes that use it, and the faults that can be caused. */
export type Engine = Readonly<{
  stores: readonly Log[];
  faults: readonly (() => void)[];
  close: () => Promise<void>;
}>;

const NO_RETRIES: RetryPolicy = { firstMs: 0, longestMs: 0, retries: 0 };

/** A store that reports every fault, and one that retries. */
const RETRY_POLICIES: readonly RetryPolicy[] = [
  NO_RETRIES,
  { firstMs: 5, longestMs: 40, retries: 4, limitMs: 2_000 },
];

/** Two processes, each with its connections through a proxy that can break them. */
export async function postgres(): Promise<Engine> {
  const database = await openLogDatabase();
  const links = await Promise.all(RETRY_POLICIES.map(() => SeverableLink.to(database.url)));
  const stores = links.map(({ url }, index) =>
    database.newStore({ connectionString: url, retryPolicy: RETRY_POLICIES[index] ?? NO_RETRIES }),
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

/** Two processes with one fake server and its faults. */
export async function fakeEventStoreDb(): Promise<Engine> {
  const fake = await FakeEventStoreDb.start();
  const stores = RETRY_POLICIES.map(
    (retryPolicy) => new EventStoreDbEventStore({ url: fake.url, answerMs: 60, silenceMs: 200, retryPolicy }),
  );
  const faults = [
    ...(['lose-the-answer', 'lose-the-request', 'never-answer', 'answer-twice', 'not-handled'] as const).map(
      (kind) => () => {
        fake.faults.onAppend({ kind });
      },
    ),
    // Shorter and longer than an append waits for its answer.
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

/** The reference: one process, and no faults. */
export function memory(): Promise<Engine> {
  const store = new MemoryEventStore();
  return Promise.resolve({ stores: [store], faults: [], close: () => store.close() });
}

/** Two processes with a real server, and no faults. */
export function realEventStoreDb(url: string): Promise<Engine> {
  const streamPrefix = freshPrefix();
  const stores = RETRY_POLICIES.map(
    (retryPolicy) => new EventStoreDbEventStore({ url, streamPrefix, retryPolicy }),
  );
  const close = async () => {
    await Promise.all(stores.map((store) => store.close()));
  };
  return Promise.resolve({ stores, faults: [], close });
}
