import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { contradictions } from './commands/contradictions.js';
import { ACCOUNTS, Processes, steps, type Answered, type Log, type Step } from './commands/processes.js';
import { openLogDatabase } from './log-database.js';

type Engine = Readonly<{ logs: readonly Log[]; close: () => Promise<void> }>;

function memory(): Promise<Engine> {
  const store = new MemoryEventStore();
  return Promise.resolve({ logs: [store], close: () => store.close() });
}

async function postgres(): Promise<Engine> {
  const database = await openLogDatabase();
  return { logs: [database.newStore(), database.newStore()], close: database.close };
}

async function fakeEventStoreDb(): Promise<Engine> {
  const fake = await FakeEventStoreDb.start();
  const stores = [1, 2].map(() => new EventStoreDbEventStore({ url: fake.url }));
  const close = async () => {
    await Promise.all(stores.map((store) => store.close()));
    await fake.stop();
  };
  return { logs: stores, close };
}

const ENGINES: [name: string, open: () => Promise<Engine>, numRuns: number][] = [
  ['in memory', memory, 60],
  ['of PostgreSQL', postgres, 20],
  ['of EventStoreDB (the fake)', fakeEventStoreDb, 10],
];

describe.each(ENGINES)('commands of several processes on the log %s', (_, open, numRuns) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine.close());

  it('are answered and stored as by processes that keep no states in memory', async () => {
    const property = fc.asyncProperty(steps, (planned) => sameWithoutStates(engine.logs, planned));
    await fc.assert(property, { numRuns, endOnFailure: true });
  });

  it('sent at the same time are never answered from a state that was out of date when they were sent', async () => {
    const kinds = new Set<string>();
    const property = fc.asyncProperty(steps, async (planned) => {
      const answers = await concurrentAnswers(engine.logs, planned);
      for (const { answer } of answers) kinds.add(answer.replace(/,.*/, ''));
    });
    await fc.assert(property, { numRuns, endOnFailure: true });
    // Otherwise the commands were too alike for the property to prove much.
    const wanted = [
      '0 events',
      '1 events',
      '2 events',
      'stale-state',
      'idempotency-key-reused',
      'answer-lost',
    ];
    expect([...kinds]).toEqual(expect.arrayContaining(wanted));
  });
});

async function sameWithoutStates(logs: readonly Log[], planned: readonly Step[]): Promise<void> {
  const reference = new Processes([new MemoryEventStore()], 'reference', false);
  const processes = new Processes(logs, randomUUID(), true);
  const expected = (await reference.inSequence(planned)).map(({ answer }) => answer);
  expect((await processes.inSequence(planned)).map(({ answer }) => answer)).toEqual(expected);
  for (const account of ACCOUNTS) {
    expect(await contentOf(processes, account)).toEqual(await contentOf(reference, account));
  }
}

/** The events of an account, without the fields that differ from run to run. */
async function contentOf(processes: Processes, account: number) {
  const history = await processes.historyOf(account);
  return history.map(({ event, revision, metadata: { command } }) => ({ event, revision, command }));
}

async function concurrentAnswers(logs: readonly Log[], planned: readonly Step[]): Promise<Answered[]> {
  const processes = new Processes(logs, randomUUID(), true);
  const answers = await processes.concurrently(planned);
  for (const account of ACCOUNTS) {
    const commands = answers.filter(({ step }) => step.account === account);
    expect(contradictions(commands, await processes.historyOf(account))).toEqual([]);
  }
  return answers;
}

/** A log that answers every other read of a stream with its previous answer. */
class StaleLog implements Log {
  readonly append: Log['append'];
  readonly #answers = new Map<string, RecordedEvent[]>();

  constructor(private readonly log: Log) {
    this.append = log.append.bind(log);
  }

  async *readStream(stream: string): AsyncGenerator<RecordedEvent> {
    const known = this.#answers.get(stream);
    // Every other read is fresh, so that a command can be decided in the end.
    const events = known ?? [];
    if (known === undefined) for await (const event of this.log.readStream(stream)) events.push(event);
    if (known === undefined) this.#answers.set(stream, events);
    else this.#answers.delete(stream);
    yield* events;
  }
}

describe('a log that answers some reads with an earlier state', () => {
  it.each([
    ['commands in sequence', sameWithoutStates],
    ['concurrent commands', concurrentAnswers],
  ])('is detected by %s', async (_, check) => {
    const property = fc.asyncProperty(steps, async (planned) => {
      await check([new StaleLog(new MemoryEventStore())], planned);
    });
    expect((await fc.check(property, { numRuns: 100, endOnFailure: true })).failed).toBe(true);
  });
});
