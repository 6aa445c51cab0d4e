import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { Appended, EventStore, RecordedEvent } from '../../../src/event-store/event-store.js';
import { MemoryEventStore } from '../../../src/event-store/memory/memory-event-store.js';
import { checkClients, type Log } from './clients.js';
import { fakeEventStoreDb, memory, postgres, realEventStoreDb, type Engine } from './engines.js';
import { clients, type Clients } from './plans.js';

const REAL = process.env.TEST_EVENTSTORE_URL;

/** Fewest calls for each engine. */
const MIN_CALLS = 500;
const KINDS = ['stored', 'conflict', 'unknown', 'read'] as const;

/** Faults by number, each `after` milliseconds after the one before. */
const timedFaults = fc.array(fc.record({ fault: fc.nat(99), after: fc.nat(12) }), { maxLength: 8 });

async function runClients({ stores, faults }: Engine, plan: Clients, planned: readonly TimedFault[] = []) {
  const causingFaults = (async () => {
    for (const { fault, after } of planned) {
      await pause(after);
      faults[fault % faults.length]?.();
    }
  })();
  const check = await checkClients(stores, plan);
  await causingFaults;
  return check;
}
type TimedFault = Readonly<{ fault: number; after: number }>;

const ENGINES: [name: string, open: () => Promise<Engine>, runs: number][] = [
  ['in memory', memory, 100],
  ['of PostgreSQL, by two processes whose connections break', postgres, 50],
  ['of EventStoreDB (the fake), by two processes, with faults', fakeEventStoreDb, 50],
];
if (REAL !== undefined) {
  ENGINES.push(['of EventStoreDB (a real server), by two processes', () => realEventStoreDb(REAL), 20]);
}

describe.each(ENGINES)('the answers of the log %s', (_, open, numRuns) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine.close());

  it('are linearizable for each stream', async () => {
    const answers = { stored: 0, conflict: 0, unknown: 0, read: 0 };
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(clients, timedFaults, async (plan, planned) => {
        const check = await runClients(engine, plan, planned);
        runs += 1;
        expect(check.contradictions).toEqual([]);
        for (const kind of KINDS) answers[kind] += check.answers[kind];
      }),
      { numRuns, endOnFailure: true, interruptAfterTimeLimit: 30_000 },
    );
    // The time limit may have ended the property before all plans were run.
    const calls = Object.values(answers).reduce((sum, number) => sum + number, 0);
    expect({ runs, calls, enough: calls >= MIN_CALLS }).toEqual({ runs, calls, enough: true });
    const wanted = KINDS.filter((kind) => kind !== 'unknown' || engine.faults.length > 0);
    expect(KINDS.filter((kind) => answers[kind] > 0)).toEqual(expect.arrayContaining(wanted));
  });
});

/** Answers a repeated read from a cache. */
class Caching implements Log {
  readonly append: Log['append'];
  readonly appendBulk: Log['appendBulk'];
  readonly #answers = new Map<string, RecordedEvent[]>();

  constructor(private readonly store: EventStore) {
    this.append = store.append.bind(store);
    this.appendBulk = store.appendBulk.bind(store);
  }

  async *readStream(...options: Parameters<Log['readStream']>): AsyncGenerator<RecordedEvent> {
    const key = JSON.stringify(options);
    const events = this.#answers.get(key) ?? [];
    if (!this.#answers.has(key))
      for await (const event of this.store.readStream(...options)) events.push(event);
    this.#answers.set(key, events);
    yield* events;
  }
}

/** Acknowledges an append before it is stored. */
class EarlyAcknowledging implements Log {
  readonly appendBulk: Log['appendBulk'];
  readonly readStream: Log['readStream'];

  constructor(private readonly store: EventStore) {
    this.appendBulk = store.appendBulk.bind(store);
    this.readStream = store.readStream.bind(store);
  }

  append(...[stream, expected, events]: Parameters<Log['append']>): Promise<Appended> {
    const before = typeof expected === 'number' ? expected : -1;
    void this.store.append(stream, expected, events).catch(() => undefined);
    return Promise.resolve({ revision: before + events.length, position: 0n as Appended['position'] });
  }
}

describe.each([
  ['answers reads from a cache', (store: EventStore) => new Caching(store)],
  ['acknowledges before it has stored', (store: EventStore) => new EarlyAcknowledging(store)],
])('a store that %s', (_, wrapped) => {
  it('fails the check', async () => {
    const store = new MemoryEventStore();
    const engine: Engine = { stores: [wrapped(store)], faults: [], close: () => store.close() };
    const property = fc.asyncProperty(clients, async (plan) => {
      const { contradictions } = await runClients(engine, plan);
      return contradictions.length === 0;
    });
    const { failed } = await fc.check(property, { numRuns: 50, endOnFailure: true });
    expect(failed).toBe(true);
    await engine.close();
  });
});
