import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client';
import { fakeOfTests } from '../support/fake-eventstoredb/fake-of-tests.js';
import type { ReadFault } from '../support/fake-eventstoredb/faults.js';
import { collectMessages } from '../support/fake-eventstoredb/collect-messages.js';

const { fake, client, newServer, append } = fakeOfTests();

describe('a subscription to the fake EventStoreDB', () => {
  const subscribed = async (fault: ReadFault, forMs = 300) => {
    for (let time = 0; time < 5; time += 1) await append('followed');
    fake().faults.onSubscription(fault);
    const subscription = client().subscribeToAll({
      fromPosition: START,
      filter: streamNameFilter({ prefixes: ['followed'] }),
    });
    return collectMessages(subscription, forMs);
  };

  it('is cut at an event: an error, without end or close', async () => {
    expect(await subscribed({ kind: 'sever', after: 3 })).toEqual({
      revisions: [0n, 1n, 2n],
      ends: ['unavailable'],
    });
    expect(fake().faults.struck).toBe(1);
  });

  it('falls silent at an event', async () => {
    expect(await subscribed({ kind: 'silence', after: 2 })).toEqual({ revisions: [0n, 1n], ends: [] });
  });

  it('is ended at an event as if it were complete', async () => {
    expect(await subscribed({ kind: 'end', after: 2 })).toEqual({
      revisions: [0n, 1n],
      ends: ['end', 'close'],
    });
  });

  it('fails at an event as unavailable', async () => {
    expect(await subscribed({ kind: 'unavailable', after: 2 })).toMatchObject({ ends: ['unavailable'] });
  });

  it('waits at an event', async () => {
    expect(await subscribed({ kind: 'delay', after: 2, ms: 600 }, 300)).toMatchObject({
      revisions: [0n, 1n],
    });
  });

  it('sends every event twice from one event on', async () => {
    expect(await subscribed({ kind: 'twice', after: 3 })).toMatchObject({
      revisions: [0n, 1n, 2n, 3n, 3n, 4n, 4n],
    });
  });

  it('is cut with all others', async () => {
    const other = EventStoreDBClient.connectionString(fake().url);
    const collected = collectMessages(other.subscribeToAll(), 300);
    await pause(50);
    await subscribed({ kind: 'sever-all', after: 1 }, 100);
    expect(await collected).toMatchObject({ ends: ['unavailable'] });
    await other.dispose();
  });
});

describe('a read of the fake EventStoreDB', () => {
  it('is cut at an event, and the next read is complete', async () => {
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

  it('of $all includes links when the standard projections are on', async () => {
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
