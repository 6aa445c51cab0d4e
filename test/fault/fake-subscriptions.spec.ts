import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client';
import { fakeOfTests } from '../support/fake-eventstoredb/fake-of-tests.js';
import type { ReadFault } from '../support/fake-eventstoredb/faults.js';
import { watch } from '../support/fake-eventstoredb/watch.js';

const { fake, client, newServer, append } = fakeOfTests();

describe('a subscription to the fake EventStoreDB', () => {
  const followed = async (fault: ReadFault, forMs = 300) => {
    for (let time = 0; time < 5; time += 1) await append('followed');
    fake().faults.onSubscription(fault);
    const subscription = client().subscribeToAll({
      fromPosition: START,
      filter: streamNameFilter({ prefixes: ['followed'] }),
    });
    return watch(subscription, forMs);
  };

  it('is severed at an event: an error, and neither end nor close', async () => {
    expect(await followed({ kind: 'sever', after: 3 })).toEqual({
      revisions: [0n, 1n, 2n],
      told: ['unavailable'],
    });
    expect(fake().faults.struck).toBe(1);
  });

  it('falls silent at an event', async () => {
    expect(await followed({ kind: 'silence', after: 2 })).toEqual({ revisions: [0n, 1n], told: [] });
  });

  it('is ended at an event as if it were done', async () => {
    expect(await followed({ kind: 'end', after: 2 })).toEqual({
      revisions: [0n, 1n],
      told: ['end', 'close'],
    });
  });

  it('fails at an event as unavailable', async () => {
    expect(await followed({ kind: 'unavailable', after: 2 })).toMatchObject({ told: ['unavailable'] });
  });

  it('waits at an event', async () => {
    expect(await followed({ kind: 'delay', after: 2, ms: 600 }, 300)).toMatchObject({
      revisions: [0n, 1n],
    });
  });

  it('brings every event from one on twice', async () => {
    expect(await followed({ kind: 'twice', after: 3 })).toMatchObject({
      revisions: [0n, 1n, 2n, 3n, 3n, 4n, 4n],
    });
  });

  it('is severed with all others', async () => {
    const other = EventStoreDBClient.connectionString(fake().url);
    const watched = watch(other.subscribeToAll(), 300);
    await pause(50);
    await followed({ kind: 'sever-all', after: 1 }, 100);
    expect(await watched).toMatchObject({ told: ['unavailable'] });
    await other.dispose();
  });
});

describe('a read of the fake EventStoreDB', () => {
  it('severs a read at an event, and the next read is whole', async () => {
    for (let time = 0; time < 5; time += 1) await append('read');
    fake().faults.onRead({ kind: 'sever', after: 2 });
    const read = async () => {
      let count = 0;
      for await (const { event } of client().readStream('read')) count += event === undefined ? 0 : 1;
      return count;
    };
    await expect(read()).rejects.toMatchObject({ type: 'unavailable' });
    expect(await read()).toBe(5);
  });

  it('with its standard projections on, multiplies what a read of all brings', async () => {
    const projecting = await newServer({ standardProjections: true });
    const other = EventStoreDBClient.connectionString(projecting.url);
    const before = projecting.size;
    await append('case-1', other);
    await append('case-1', other);
    const types: string[] = [];
    for await (const { event } of other.readAll()) if (event !== undefined) types.push(event.type);
    expect(types.slice(before)).toEqual(['Measured', '$>', '$>', '$>', 'Measured', '$>', '$>']);
    await other.dispose();
  });
});
