import fc from 'fast-check';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.js';
import { verifyChain } from '../../src/event-store/core/hash-chain.js';
import type { Position } from '../../src/event-store/position.js';
import { until } from '../support/projections.js';
import { all } from './event-store.contract.js';
import { openLogDatabase, type LogDatabase } from './log-database.js';
import { CREATE_SEQUENCE, writeRaw, type PositionSource, type RawTransaction } from './raw-writer.js';
import { sampleEvent, sampleEvents } from '../support/sample-events.js';

/** The concurrent work of several writers. */
type Plan = Readonly<{
  raw: readonly (readonly RawTransaction[])[];
  /** For each store, how many events each of its appends has. */
  stores: readonly (readonly number[])[];
}>;

const transaction = fc.record({
  pauses: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
  end: fc.constantFrom('commit' as const, 'commit' as const, 'commit' as const, 'rollback' as const),
});
const plan: fc.Arbitrary<Plan> = fc.record({
  raw: fc.array(fc.array(transaction, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 5 }),
  stores: fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 15 }), {
    minLength: 2,
    maxLength: 3,
  }),
});

const ROLLED_BACK: RawTransaction[] = [
  { pauses: [1, 1], end: 'rollback' },
  { pauses: [0], end: 'rollback' },
];

describe('the order of positions', () => {
  let database: LogDatabase;
  beforeAll(async () => {
    database = await openLogDatabase();
  });
  afterAll(() => database.close());

  it('lets readers see each committed event once and in order, under random writers, pauses and rollbacks', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (writers) => {
        const { committed, followed, paged } = await runWriters(database, writers, 'lock');
        expect(followed.map(({ id }) => id).toSorted()).toEqual(committed.toSorted());
        expect(paged).toEqual(followed);
        const positions = followed.map(({ position }) => position);
        expect(positions).toEqual(positions.toSorted((a, b) => Number(a - b)));
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it('has no gaps after rollbacks', async () => {
    const { followed } = await runWriters(
      database,
      { raw: [ROLLED_BACK, ROLLED_BACK], stores: [[1, 2, 3]] },
      'lock',
    );
    const positions = followed.map(({ position }) => Number(position));
    expect(positions).toEqual(Array.from({ length: 7 }, (_, index) => (positions[0] ?? 0) + index));
  });

  it('depends on the lock: without it the same readers lose events', async () => {
    const lockless = await openLogDatabase();
    try {
      await (await lockless.newClient()).query(CREATE_SEQUENCE);
      const transactions = Array.from({ length: 25 }, (_, number): RawTransaction => {
        return {
          pauses: [(number * 7) % 5, (number * 3) % 4],
          end: number % 8 === 7 ? 'rollback' : 'commit',
        };
      });
      const writers = { raw: Array.from({ length: 8 }, (_, shift) => transactions.slice(shift)), stores: [] };
      const { committed, followed, paged } = await runWriters(lockless, writers, 'sequence');
      expect(followed.length).toBeLessThan(committed.length);
      expect(paged.length).toBeLessThan(committed.length);
    } finally {
      await lockless.close();
    }
  });

  it('holds for the head as at an instant, which waits for a writer between stamp and commit', async () => {
    const [client, observer] = [await database.newClient(), await database.newClient()];
    const store = database.newStore();
    const before = await store.head();
    let settling: Promise<Position | null> | undefined;
    await writeRaw(client, [{ pauses: [2], end: 'commit' }], 'lock', async () => {
      settling = store.settledHead(new Date());
      await until(async () => {
        const { rows } = await observer.query(
          `select from pg_locks join pg_database on pg_database.oid = database
           where datname = current_database() and locktype = 'advisory' and not granted`,
        );
        return rows.length > 0;
      });
    });
    expect(await settling).toBe(before + 1n);
    expect(await store.head()).toBe(before + 1n);
  });

  it('lets two stores that compete for one stream agree on every revision', async () => {
    const [one, two] = [database.newStore(), database.newStore()];
    const attempts = await Promise.allSettled(
      Array.from({ length: 200 }, (_, number) =>
        (number % 2 === 0 ? one : two).append(
          'contended',
          number < 8 ? 'no-stream' : number >> 3,
          sampleEvents(1),
        ),
      ),
    );
    const events = await all(one.readStream('contended'));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(events.length);
    expect(await all(two.readStream('contended'))).toEqual(events);
    expect(verifyChain(events)).toBeUndefined();
  });
});

/** Runs writers and two readers concurrently. Returns the ids of the committed events, and what each reader saw. */
async function runWriters(database: LogDatabase, { raw, stores }: Plan, positions: PositionSource) {
  const reader = database.newStore({ pollMs: 5 });
  const writers = stores.map((sizes) => ({ sizes, store: database.newStore() }));
  const clients = await Promise.all(raw.map(() => database.newClient()));
  try {
    const after = await reader.head();
    const end = sampleEvent();
    const readers = Promise.all([subscribed(reader, after, end.id), readRepeatedly(reader, after, end.id)]);
    const committed = await Promise.all([
      ...clients.map((client, index) => writeRaw(client, raw[index] ?? [], positions)),
      ...writers.map(({ sizes, store }) => writeAppends(store, sizes)),
    ]);
    await reader.append(`end-${end.id}`, 'no-stream', [end]);
    const [followed, paged] = await readers;
    return { committed: [...committed.flat(), end.id], followed, paged };
  } finally {
    await Promise.all([reader, ...writers.map(({ store }) => store)].map((store) => store.close()));
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function writeAppends(store: EventStore, sizes: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const size of sizes) {
    const events = sampleEvents(size);
    await store.append(`store-${events[0]?.id ?? ''}`, 'no-stream', events);
    ids.push(...events.map(({ id }) => id));
  }
  return ids;
}

async function subscribed(store: EventStore, after: Position, last: string): Promise<RecordedEvent[]> {
  const seen: RecordedEvent[] = [];
  for await (const item of store.subscribe({ after, signal: new AbortController().signal })) {
    if (item !== 'caught-up') seen.push(item);
    if (seen.at(-1)?.id === last) break;
  }
  return seen;
}

async function readRepeatedly(store: EventStore, after: Position, last: string): Promise<RecordedEvent[]> {
  const seen: RecordedEvent[] = [];
  while (seen.at(-1)?.id !== last) {
    for await (const event of store.readAll({ after: seen.at(-1)?.position ?? after })) seen.push(event);
  }
  return seen;
}
