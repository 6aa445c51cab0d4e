import { MemoryEventStore } from '../event-store/memory/memory-event-store.js';
import { verifyChain } from '../event-store/core/hash-chain.js';
import { InvalidAppend } from '../event-store/event-store.errors.js';
import type { AppendOutcome, EventStore, RecordedEvent, StreamAppend } from '../event-store/event-store.js';
import { Unavailable } from '../platform/errors.js';
import { AuthorityRegister } from './authority-register.js';
import { AuthorityCodeSchema } from './authority-code.js';
import type { Authority } from './authority.js';
import { loadRegister } from './load-register.js';
import { readRegister } from './shipped-register.js';

const NOW = new Date('2020-04-20T09:30:00Z');
let register: readonly Authority[];
beforeAll(async () => {
  register = await readRegister();
});

describe('loading the register into a log', () => {
  it('appends a registration for each council, with its abolition where it was abolished', async () => {
    const store = new MemoryEventStore();
    await loadRegister(store, NOW);
    const events: RecordedEvent[] = [];
    for await (const event of store.readAll()) events.push(event);
    const abolished = register.filter((authority) => authority.abolishedOn !== null).length;
    expect(events.filter(({ type }) => type === 'AuthorityRegistered')).toHaveLength(365);
    expect(events.filter(({ type }) => type === 'AuthorityAbolished')).toHaveLength(abolished);
    for (const stream of new Set(events.map((event) => event.stream))) {
      expect(verifyChain(events.filter((event) => event.stream === stream))).toBeUndefined();
    }
  });

  it('appends nothing the second time, and nothing twice when two processes load it at once', async () => {
    const store = new MemoryEventStore();
    await Promise.all([loadRegister(store, NOW), loadRegister(store, new Date('2020-04-21T09:30:00Z'))]);
    const head = await store.head();
    await loadRegister(store, NOW);
    expect(await store.head()).toBe(head);
    const found = await new AuthorityRegister(store).find(AuthorityCodeSchema.parse('E07000129'));
    expect(found).toMatchObject({ name: 'Blaby District Council', type: 'district' });
  });

  it('completes a register that a killed process left half loaded', async () => {
    const whole = new MemoryEventStore();
    await loadRegister(whole, NOW);
    const half = new MemoryEventStore();
    for await (const { stream, revision, id, type, version, data, metadata } of whole.readAll({
      limit: 100,
    })) {
      const event = { id, type, version, data, metadata };
      await half.append(stream, revision === 0 ? 'no-stream' : revision - 1, [event]);
    }
    await loadRegister(half, NOW);
    expect(await half.head()).toBe(await whole.head());
  });

  it('completes a register with a gap, left by a bulk append that failed', async () => {
    const store = new StoreWithGap();
    store.fails = true;
    await expect(loadRegister(store, NOW)).rejects.toBeInstanceOf(Unavailable);
    store.fails = false;
    await loadRegister(store, NOW);
    const whole = new MemoryEventStore();
    await loadRegister(whole, NOW);
    expect(await store.head()).toBe(await whole.head());
  });

  it('fails when the log refuses a council, and does not append the last one', async () => {
    const store = new StoreWithGap();
    store.refuses = true;
    await expect(loadRegister(store, NOW)).rejects.toBeInstanceOf(InvalidAppend);
    store.refuses = false;
    await loadRegister(store, NOW);
    expect(await streamsOf(store)).toHaveLength(365);
  });
});

async function streamsOf(store: EventStore): Promise<string[]> {
  const streams = new Set<string>();
  for await (const { stream } of store.readAll()) streams.add(stream);
  return [...streams];
}

/** Leaves out the middle append of a bulk when set to fail or to refuse. */
class StoreWithGap extends MemoryEventStore {
  fails = false;
  refuses = false;

  override async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    if (!this.fails && !this.refuses) return super.appendBulk(appends);
    const gap = Math.floor(appends.length / 2);
    const outcomes = await super.appendBulk(appends.filter((_, index) => index !== gap));
    if (this.fails) throw new Unavailable('event-store-unavailable', 'the event log does not answer');
    return outcomes.toSpliced(gap, 0, new InvalidAppend('the log takes no such append'));
  }
}
