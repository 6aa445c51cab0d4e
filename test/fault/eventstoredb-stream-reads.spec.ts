import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { StreamNotFound } from '../../src/event-store/event-store.errors.js';
import type { ReadStreamOptions } from '../../src/event-store/event-store.js';
import { Unavailable } from '../../src/platform/errors.js';
import { all } from '../contract/event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';
import type { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import type { ReadFault } from '../support/fake-eventstoredb/faults.js';
import { Setup } from './eventstoredb-stores.js';

let setup: Setup;
let fake: FakeEventStoreDb;
beforeEach(async () => {
  setup = new Setup();
  fake = await setup.newServer();
});
afterEach(() => setup.close());

const ENDED: ReadFault = { kind: 'end', after: 0 };

describe('reading a stream of EventStoreDB', () => {
  it.each<ReadFault>([
    { kind: 'sever', after: 0 },
    { kind: 'sever', after: 250 },
    { kind: 'sever-all', after: 599 },
    { kind: 'silence', after: 250 },
    { kind: 'unavailable', after: 250 },
    { kind: 'delay', after: 250, ms: 200 },
    ENDED,
    { kind: 'end', after: 250 },
    { kind: 'end', after: 599 },
    { kind: 'twice', after: 0 },
    { kind: 'twice', after: 250 },
  ])('yields each event once, in both directions and within bounds, with the fault %j', async (fault) => {
    const store = setup.newStore(fake.url);
    await store.append('long', 'no-stream', sampleEvents(300));
    await store.append('long', 299, sampleEvents(300));
    const whole = await all(store.readStream('long'));
    expect(whole).toHaveLength(600);
    const backwards = whole.toReversed();
    const reads: [ReadStreamOptions, expected: typeof whole][] = [
      [{}, whole],
      [{ direction: 'backwards' }, backwards],
      [{ from: 10, limit: 400 }, whole.slice(10, 410)],
      [{ from: 10, limit: 900 }, whole.slice(10)],
      [{ direction: 'backwards', from: 560, limit: 400 }, backwards.slice(39, 439)],
      [{ direction: 'backwards', from: 900 }, backwards],
    ];
    let read = 0;
    for (const [options, expected] of reads) {
      fake.faults.onRead(fault);
      expect(await all(store.readStream('long', options))).toEqual(expected);
      if (fault.after < expected.length) expect(fake.faults.struck).toBe((read += 1));
    }
  });

  it('fails when the server ends every call before the first event', async () => {
    const store = setup.newStore(fake.url, {
      retryPolicy: { firstMs: 5, longestMs: 5, retries: 2, limitMs: 5_000 },
    });
    await store.append('s', 'no-stream', sampleEvents(3));
    fake.faults.onRead(...Array<ReadFault>(20).fill(ENDED));
    for (const direction of ['forwards', 'backwards'] as const) {
      await expect(all(store.readStream('s', { direction }))).rejects.toBeInstanceOf(Unavailable);
    }
  });

  it.each<ReadStreamOptions>([
    {},
    { direction: 'backwards' },
    { direction: 'backwards', from: 3 },
    { limit: 0 },
  ])(
    'finds that the stream does not exist, also when the server ends the call without an answer: %j',
    async (options) => {
      const store = setup.newStore(fake.url);
      fake.faults.onRead(ENDED);
      await expect(all(store.readStream('missing', options))).rejects.toBeInstanceOf(StreamNotFound);
      expect(fake.faults.struck).toBe(1);
    },
  );

  it.each<ReadStreamOptions>([{}, { direction: 'backwards' }, { from: 100, limit: 300 }])(
    'continues at the leader when it is redirected there: %j',
    async (options) => {
      const leader = await setup.newServer();
      const atLeader = setup.newStore(leader.url);
      await atLeader.append('led', 'no-stream', sampleEvents(500));
      const expected = await all(atLeader.readStream('led', options));
      fake.faults.onRead({ kind: 'not-leader', after: 0, leader: leader.endpoint });
      expect(await all(setup.newStore(fake.url).readStream('led', options))).toEqual(expected);
      expect(fake.faults.struck).toBe(1);
    },
  );

  it('yields the remaining events of a stream whose beginning was deleted', async () => {
    const store = setup.newStore(fake.url);
    await store.append('renewed', 'no-stream', sampleEvents(3));
    const client = EventStoreDBClient.connectionString(fake.url);
    await client.deleteStream('upheld.renewed');
    await client.dispose();
    await store.append('renewed', 'no-stream', sampleEvents(2));
    const revisions = async (options: ReadStreamOptions) =>
      (await all(store.readStream('renewed', options))).map(({ revision }) => revision);
    expect(await revisions({})).toEqual([3, 4]);
    expect(await revisions({ direction: 'backwards' })).toEqual([4, 3]);
    expect(await revisions({ direction: 'backwards', from: 1 })).toEqual([]);
  });
});

describe('checking an append to EventStoreDB', () => {
  it.each<[name: string, ReadFault[]]>([
    ['bring events twice', Array<ReadFault>(9).fill({ kind: 'twice', after: 0 })],
    ['are ended early', [ENDED, ENDED, ENDED]],
  ])('takes the whole stream into account although reads of it %s', async (_, faults) => {
    const store = setup.newStore(fake.url);
    const another = () => setup.newStore(fake.url);
    const first = sampleEvents(3);
    const answer = await store.append('s', 'no-stream', first);
    // This store must read the end of the stream.
    fake.faults.onRead(...faults);
    expect(await another().append('s', 2, sampleEvents(1))).toMatchObject({ revision: 3 });
    fake.faults.clear();
    // This store knows that the stream has passed the revision.
    expect(await all(store.readStream('s'))).toHaveLength(4);
    fake.faults.onRead(...faults);
    expect(await store.append('s', 'no-stream', first)).toEqual(answer);
    fake.faults.clear();
    fake.faults.onRead(...faults);
    expect(await another().append('s', 'stream-exists', sampleEvents(1))).toMatchObject({ revision: 4 });
    fake.faults.clear();
    fake.faults.onRead(...faults);
    await expect(another().append('s', 1, sampleEvents(1))).rejects.toMatchObject({ actual: 4 });
  });
});

describe('the log in EventStoreDB', () => {
  it.each<ReadFault>([
    { kind: 'sever', after: 250 },
    { kind: 'silence', after: 250 },
    ENDED,
    { kind: 'end', after: 250 },
    { kind: 'twice', after: 0 },
  ])('finds its head behind events of other applications with the fault %j', async (fault) => {
    const { position } = await setup.newStore(fake.url).append('mine', 'no-stream', sampleEvents(2));
    const client = EventStoreDBClient.connectionString(fake.url);
    const orders = Array.from({ length: 1_000 }, () => jsonEvent({ type: 'Ordered', data: {} }));
    await client.appendToStream('orders', orders);
    await client.dispose();
    // The first read is that of the server's last event.
    fake.faults.onRead({ kind: 'delay', after: 0, ms: 1 }, fault);
    const store = setup.newStore(fake.url);
    expect(await store.head()).toBe(position);
    expect(fake.faults.struck).toBe(2);
    expect(await store.head()).toBe(position);
  });

  it('keeps its identity although reads of it are ended early', async () => {
    const identity = await setup.newStore(fake.url).identity();
    fake.faults.onRead(ENDED);
    expect(await setup.newStore(fake.url).identity()).toBe(identity);
    expect(fake.faults.struck).toBe(1);
  });
});
