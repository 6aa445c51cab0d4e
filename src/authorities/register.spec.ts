import { MemoryEventStore } from '../event-store/memory/memory-event-store.js';
import { verifyChain } from '../event-store/core/hash-chain.js';
import { InvalidAppend } from '../event-store/event-store.errors.js';
import type { AppendOutcome, EventStore, RecordedEvent, StreamAppend } from '../event-store/event-store.js';
import { Unavailable } from '../platform/errors.js';
import { localDate } from '../platform/local-date.js';
import { AuthorityRegister } from './authority-register.js';
import { AuthorityCodeSchema } from './authority-code.js';
import { inBeing, type Authority } from './authority.js';
import { loadRegister, readRegister } from './load-register.js';

const NOW = new Date('2020-04-20T09:30:00Z');
let register: readonly Authority[];
beforeAll(async () => {
  register = await readRegister();
});

const named = (name: string) => register.find((authority) => authority.name === name);
const on = (day: string) => ({ from: localDate(day), to: localDate(day) });

describe('the register of English councils', () => {
  it.each([
    ['2019-03-31', 353],
    ['2020-03-31', 343],
    ['2021-03-31', 339],
    ['2022-03-31', 333],
    ['2023-03-31', 333],
    ['2024-03-31', 317],
    ['2025-03-31', 317],
  ])('has on %s %i councils in being', (day, councils) => {
    expect(register.filter((authority) => inBeing(authority, on(day)))).toHaveLength(councils);
  });

  it('holds 365 councils, each under a code of its own', () => {
    expect(register).toHaveLength(365);
    expect(new Set(register.map(({ code }) => code)).size).toBe(365);
  });

  it.each([
    ['Northumberland County Council', 'unitary'],
    ['Cambridge City Council', 'district'],
    ['Leeds City Council', 'metropolitan-borough'],
    ['City of London Corporation', 'london-borough'],
    ['Council of the Isles of Scilly', 'unitary'],
    ['Blaby District Council', 'district'],
    ['Worcestershire County Council', 'county'],
  ])('knows the type of %s, which its name does not tell', (name, type) => {
    expect(named(name)).toMatchObject({ type });
  });

  it('tells which councils succeeded an abolished one, be it merged or split', () => {
    expect(named('Northampton Borough Council')).toMatchObject({
      abolishedOn: '2021-04-01',
      successors: ['E06000062'],
    });
    expect(named('Cumbria County Council')?.successors).toEqual(['E06000063', 'E06000064']);
  });

  it('has a successor for every council that was abolished, and each is in being the day after', () => {
    for (const { abolishedOn, successors } of register) {
      if (abolishedOn === null) continue;
      expect(successors.length).toBeGreaterThan(0);
      for (const code of successors) {
        const successor = register.find((authority) => authority.code === code);
        expect(successor && inBeing(successor, on(abolishedOn))).toBe(true);
      }
    }
  });
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

  it('completes what a killed process left half loaded', async () => {
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

  it('completes what was left with a hole by appends that failed under way', async () => {
    const store = new Holey();
    store.fails = true;
    await expect(loadRegister(store, NOW)).rejects.toBeInstanceOf(Unavailable);
    store.fails = false;
    await loadRegister(store, NOW);
    const whole = new MemoryEventStore();
    await loadRegister(whole, NOW);
    expect(await store.head()).toBe(await whole.head());
  });

  it('fails when the log refuses a council, and leaves the last one for the next time', async () => {
    const store = new Holey();
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

/** Stores the appends of a bulk at the same time, all but one in the midst of them where told so. */
class Holey extends MemoryEventStore {
  fails = false;
  refuses = false;

  override async appendBulk(appends: readonly StreamAppend[]): Promise<AppendOutcome[]> {
    if (!this.fails && !this.refuses) return super.appendBulk(appends);
    const hole = Math.floor(appends.length / 2);
    const outcomes = await super.appendBulk(appends.filter((_, index) => index !== hole));
    if (this.fails) throw new Unavailable('event-store-unavailable', 'the event log does not answer');
    return outcomes.toSpliced(hole, 0, new InvalidAppend('the log takes no such append'));
  }
}
