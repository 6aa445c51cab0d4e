import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { RecordedEvent } from '../event-store/event-store.js';
import { MemoryEventStore } from '../event-store/memory/memory-event-store.js';
import { boundedText } from '../platform/bounded-text.js';
import { DomainRefusal, Unavailable } from '../platform/errors.js';
import type { Aggregate } from './aggregate.js';
import { commandContext } from './command-context.js';
import { StreamCommandHandler, type HandleOptions } from './command-handler.js';
import type { EventsOf } from './event-schema.js';

const schemas = { Added: z.strictObject({ by: z.int(), note: boundedText(1_000_000).optional() }) };
type Added = EventsOf<typeof schemas>;
type Tally = Readonly<{ total: number; note?: string | undefined }>;
const tally: Aggregate<Tally, Added> = {
  streamPrefix: 'tally-',
  schemas,
  evolve: (before, { data }) => ({ total: (before?.total ?? 0) + data.by, note: data.note }),
};
const sent = (id: string = randomUUID()) =>
  commandContext({ id: 'cw-7', role: 'caseworker' }, new Date('2026-04-01T09:00:00Z'), id);

/** Lists the calls it gets, and can do something after an append is stored or a stream is read. */
class ObservedStore extends MemoryEventStore {
  calls: string[] = [];
  afterAppend: () => Promise<void> | void = () => undefined;
  afterRead: () => Promise<void> | void = () => undefined;

  override async append(...append: Parameters<MemoryEventStore['append']>) {
    this.calls.push(`append ${append[0]} after ${append[1]}`);
    const appended = await super.append(...append);
    await this.afterAppend();
    return appended;
  }

  override async *readStream(...read: Parameters<MemoryEventStore['readStream']>) {
    this.calls.push(`read ${read[0]}`);
    const events: RecordedEvent[] = [];
    try {
      for await (const event of super.readStream(...read)) events.push(event);
    } finally {
      await this.afterRead();
    }
    yield* events;
  }
}

/** One process: a handler of its own on the store. */
class Process {
  readonly handler: StreamCommandHandler<Tally, Added>;

  constructor(store: MemoryEventStore, cacheBytes?: number) {
    this.handler = new StreamCommandHandler(store, tally, cacheBytes);
  }

  /** Adds to a tally that must not exceed 10. */
  add(by: number, options: HandleOptions & { id?: string; stream?: string; note?: string } = {}) {
    const { id, stream = 'one', note, ...rest } = options;
    const decide = (before: Tally | null): Added[] => {
      const total = (before?.total ?? 0) + by;
      if (total > 10) throw new DomainRefusal('too-much', `${total} is more than 10`);
      return [{ type: 'Added', data: { by, note } }];
    };
    return this.handler.handle(stream, { by, note }, sent(id), decide, rest);
  }

  /** Brings a tally to at least a total. */
  reach(total: number) {
    return this.handler.handle('one', { total }, sent(), (before) => {
      const missing = total - (before?.total ?? 0);
      return missing > 0 ? [{ type: 'Added', data: { by: missing } }] : [];
    });
  }
}

let store: ObservedStore;
let one: Process;
let other: Process;
beforeEach(() => {
  store = new ObservedStore();
  one = new Process(store);
  other = new Process(store);
});

/** The calls that some work makes to the store. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  store.calls = [];
  await work();
  return store.calls;
}

describe('a command on a recently used stream', () => {
  it('is one append and no read, after a command of the same process', async () => {
    await one.add(1);
    expect(await callsOf(() => one.add(2))).toEqual(['append tally-one after 0']);
    expect(await callsOf(() => one.add(3))).toEqual(['append tally-one after 1']);
    expect((await one.handler.load('one')).state).toMatchObject({ total: 6 });
  });

  it('is one append and no read, after a read for a command that changed nothing', async () => {
    await other.add(5);
    await one.reach(5);
    expect(await callsOf(() => one.add(1))).toEqual(['append tally-one after 0']);
  });

  it('is decided upon a fresh read when another process has written the stream', async () => {
    await one.add(1);
    await other.add(4);
    const calls = await callsOf(async () => {
      expect(await one.add(5)).toMatchObject({ revision: 2, state: { total: 10 } });
    });
    expect(calls).toEqual(['append tally-one after 0', 'read tally-one', 'append tally-one after 1']);
    expect(await callsOf(() => one.add(-3))).toEqual(['append tally-one after 2']);
  });

  it('is refused only upon a fresh read', async () => {
    await one.add(10);
    await other.add(-5);
    expect(await one.add(1)).toMatchObject({ revision: 2, state: { total: 6 } });
    const calls = await callsOf(async () => {
      await expect(one.add(5)).rejects.toThrow('11 is more than 10');
    });
    expect(calls).toEqual(['read tally-one']);
  });

  it('changes nothing only upon a fresh read', async () => {
    await one.add(5);
    await other.add(-3);
    expect(await one.reach(4)).toMatchObject({ revision: 2, state: { total: 4 } });
  });

  it('that expects another revision is judged upon a fresh read', async () => {
    await one.add(1);
    await other.add(1);
    expect(await one.add(1, { expected: 1 })).toMatchObject({ revision: 2 });
    await other.add(1);
    const calls = await callsOf(async () => {
      await expect(one.add(1, { expected: 2 })).rejects.toMatchObject({ code: 'stale-state' });
    });
    expect(calls).toEqual(['append tally-one after 2', 'read tally-one']);
  });

  it('that was run before gets the first answer from a fresh read', async () => {
    const first = await one.add(1, { id: 'key' });
    await one.add(2);
    const calls = await callsOf(async () => {
      expect(await one.add(1, { id: 'key' })).toMatchObject(first);
    });
    expect(calls).toEqual(['read tally-one']);
    await expect(one.add(3, { id: 'key' })).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('that another process ran before gets the first answer', async () => {
    await one.add(1);
    const first = await other.add(2, { id: 'key' });
    await other.add(3);
    expect(await one.add(2, { id: 'key' })).toMatchObject(first);
    expect((await one.handler.load('one')).history).toHaveLength(3);
  });

  it('is too large only upon a fresh read', async () => {
    await one.add(1);
    await other.add(1);
    const note = 'x'.repeat(1_000_000);
    await expect(one.add(1, { note, expected: 0 })).rejects.toMatchObject({ code: 'stale-state' });
    await expect(one.add(1, { note })).rejects.toMatchObject({ code: 'invalid-append' });
  });

  it('is decided upon what was stored, not upon what was decided', async () => {
    expect((await one.add(1, { note: ' trimmed ' })).state).toEqual({ total: 1, note: 'trimmed' });
    const upon: unknown[] = [];
    await one.handler.handle('one', {}, sent(), (state) => {
      upon.push(state);
      return [{ type: 'Added', data: { by: 1 } }];
    });
    expect(upon).toEqual([{ total: 1, note: 'trimmed' }]);
  });
});

describe('a command on a new stream', () => {
  const NEW = { firstBasis: 'no-stream' } as const;

  it('is one append and no read', async () => {
    expect(await callsOf(() => one.add(1, NEW))).toEqual(['append tally-one after no-stream']);
    expect(await callsOf(() => one.add(2))).toEqual(['append tally-one after 0']);
  });

  it('is decided upon a fresh read when the stream exists after all', async () => {
    await other.add(9);
    const calls = await callsOf(async () => {
      await expect(one.add(2, NEW)).rejects.toThrow('11 is more than 10');
    });
    expect(calls).toEqual(['append tally-one after no-stream', 'read tally-one']);
  });

  it('is refused only upon a fresh read', async () => {
    await other.add(-5);
    expect(await one.add(12, NEW)).toMatchObject({ state: { total: 7 } });
  });

  it('is read first when the decision has an effect', async () => {
    await one.add(1);
    expect(await callsOf(() => one.add(1, { firstBasis: 'read' }))).toEqual([
      'read tally-one',
      'append tally-one after 0',
    ]);
  });
});

describe('the state kept of a stream', () => {
  it('is dropped when it is not known whether an append was stored', async () => {
    await one.add(1);
    store.afterAppend = () => {
      throw new Unavailable('lost', 'the answer was lost');
    };
    await expect(one.add(2, { id: 'key' })).rejects.toMatchObject({ code: 'lost' });
    store.afterAppend = () => undefined;
    const calls = await callsOf(async () => {
      expect(await one.add(2, { id: 'key' })).toMatchObject({ revision: 1, state: { total: 3 } });
    });
    expect(calls).toEqual(['read tally-one']);
  });

  it('is not replaced by that of a slow read at a lower revision', async () => {
    await other.add(1);
    const [reading, hasRead] = gate();
    const [released, release] = gate();
    store.afterRead = () => {
      hasRead();
      return released;
    };
    const slow = one.reach(1);
    await reading;
    store.afterRead = () => undefined;
    await one.add(2);
    release();
    await slow;
    expect(await callsOf(() => one.add(3))).toEqual(['append tally-one after 1']);
  });

  it('does not serve queries', async () => {
    await one.add(1);
    await other.add(2);
    const calls = await callsOf(async () => {
      expect(await one.handler.load('one')).toMatchObject({ revision: 1, state: { total: 3 } });
    });
    expect(calls).toEqual(['read tally-one']);
  });

  it('is evicted in favour of those of other streams when all together are too large', async () => {
    const note = 'x'.repeat(1_000);
    const small = new Process(store, 5_000);
    await small.add(1, { note });
    await small.add(1, { stream: 'two', note });
    const again = () => small.add(1, { stream: 'two' });
    expect(await callsOf(again)).toEqual(['append tally-two after 0']);
    expect(await callsOf(() => small.add(1))).toEqual(['read tally-one', 'append tally-one after 0']);
  });

  it('is not kept when it is too large by itself', async () => {
    const small = new Process(store, 5_000);
    const note = 'x'.repeat(1_000);
    for (let time = 0; time < 3; time += 1) await small.add(1, { note });
    expect(await callsOf(() => small.add(1))).toEqual(['read tally-one', 'append tally-one after 2']);
  });
});

it('gives events new ids each time a command is decided, also for the same command', async () => {
  const ids = new Set<string>();
  for (const log of [new MemoryEventStore(), new MemoryEventStore()]) {
    await new Process(log).add(1, { id: 'key' });
    for await (const { id } of log.readAll()) ids.add(id);
  }
  expect(ids.size).toBe(2);
});

/** A promise, and the function that resolves it. */
function gate(): [opened: Promise<void>, open: () => void] {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}

/** Shows events only some time after they were appended, but refuses an append that conflicts with them at once. */
class LaggingStore extends MemoryEventStore {
  readonly #appended = new Map<string, number>();

  constructor(private readonly lagMs: number) {
    super();
  }

  override async append(...append: Parameters<MemoryEventStore['append']>) {
    const appended = await super.append(...append);
    for (const { id } of append[2]) this.#appended.set(id, performance.now());
    return appended;
  }

  override async *readStream(...read: Parameters<MemoryEventStore['readStream']>) {
    for await (const event of super.readStream(...read)) {
      if (performance.now() - (this.#appended.get(event.id) ?? 0) >= this.lagMs) yield event;
    }
  }
}

describe('a command that conflicts with an event which readers do not see yet', () => {
  it('is decided when they see it', async () => {
    const lagging = new LaggingStore(150);
    const added = [1, 3, 5].map((by) => new Process(lagging).add(by));
    const results = await Promise.all(added);
    expect(results.map(({ revision }) => revision).toSorted()).toEqual([0, 1, 2]);
    expect(Math.max(...results.map(({ state }) => state?.total ?? 0))).toBe(9);
  });

  it('is not refused for what that event has changed', async () => {
    const lagging = new LaggingStore(150);
    const [first, second] = [new Process(lagging), new Process(lagging)];
    await first.add(8);
    await pause(200);
    await second.reach(8);
    await first.add(-8);
    const decided: (number | undefined)[] = [];
    await second.handler.handle('one', {}, sent(), (before) => {
      decided.push(before?.total);
      return [{ type: 'Added', data: { by: 1 } }];
    });
    expect(decided).toEqual([8, 0]);
  });
});
