import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { commandContext } from '../event-sourcing/command-context.js';
import { StreamCommandHandler } from '../event-sourcing/command-handler.js';
import { MemoryEventStore } from '../event-store/memory/memory-event-store.js';
import type { RecordedEvent } from '../event-store/event-store.js';
import { localDate } from '../platform/local-date.js';
import { AuthorityCodeSchema } from './authority-code.js';
import { AuthorityRegister, authorityAggregate } from './authority-register.js';
import type { AuthorityEvent } from './authority.events.js';

const BLABY = AuthorityCodeSchema.parse('E07000129');
const NOWHERE = AuthorityCodeSchema.parse('E07999999');

/** Counts how often a stream is read. */
class CountingStore extends MemoryEventStore {
  reads = 0;

  override readStream(...read: Parameters<MemoryEventStore['readStream']>): AsyncGenerator<RecordedEvent> {
    this.reads += 1;
    return super.readStream(...read);
  }
}

/** What the clock says, in milliseconds. */
let now: number;
let store: CountingStore;
let register: AuthorityRegister;
beforeEach(async () => {
  now = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  store = new CountingStore();
  register = new AuthorityRegister(store);
  await record({
    type: 'AuthorityRegistered',
    data: { code: BLABY, name: 'Blaby District Council', type: 'district' },
  });
  store.reads = 0;
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** The cache asks the clock once a millisecond at most. */
async function goForward(milliseconds: number): Promise<void> {
  now += milliseconds;
  await pause(10);
}

async function record(event: AuthorityEvent): Promise<void> {
  const context = commandContext({ id: 'test', role: 'system' }, new Date());
  await new StreamCommandHandler(store, authorityAggregate).handle(BLABY, event, context, () => [event]);
}

describe('the register', () => {
  it('keeps a body for five seconds, and then reads it again', async () => {
    expect(await register.find(BLABY)).toMatchObject({ name: 'Blaby District Council', abolishedOn: null });
    await record({
      type: 'AuthorityAbolished',
      data: { abolishedOn: localDate('2019-04-01'), successors: [] },
    });
    store.reads = 0;
    await goForward(4_900);
    expect(await register.find(BLABY)).toMatchObject({ abolishedOn: null });
    expect(store.reads).toBe(0);
    await goForward(200);
    expect(await register.find(BLABY)).toMatchObject({ abolishedOn: '2019-04-01' });
    expect(store.reads).toBe(1);
  });

  it('looks up a code that it does not have each time', async () => {
    expect(await register.find(NOWHERE)).toBeNull();
    expect(await register.find(NOWHERE)).toBeNull();
    expect(store.reads).toBe(2);
  });

  it('finds several bodies by their codes, and leaves out a code that it does not have', async () => {
    const found = await register.findAll([BLABY, NOWHERE]);
    expect([...found.keys()]).toEqual([BLABY]);
    expect(found.get(BLABY)).toMatchObject({ name: 'Blaby District Council' });
  });
});
