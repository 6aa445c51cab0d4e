import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { FakeEventStoreDb } from './fake-eventstoredb.js';

/** An event as the client takes it, with a fresh id. */
export function newEvent() {
  return jsonEvent({ id: randomUUID(), type: 'Measured', data: {} });
}

/** For each test of a file a fake with one event, and a client of it; all that was started is ended after the test. */
export function fakeOfTests() {
  let fake: FakeEventStoreDb;
  let client: EventStoreDBClient;
  const servers: FakeEventStoreDb[] = [];
  const newServer = async (options?: Parameters<typeof FakeEventStoreDb.start>[0]) => {
    const server = await FakeEventStoreDb.start(options);
    servers.push(server);
    return server;
  };
  beforeEach(async () => {
    fake = await newServer();
    client = EventStoreDBClient.connectionString(fake.url);
    await append('begin');
  });
  afterEach(async () => {
    await client.dispose();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  const append = (stream: string, by = client) => by.appendToStream(stream, newEvent());
  const countOf = async (stream: string) => {
    const reader = EventStoreDBClient.connectionString(fake.url);
    let count = 0;
    try {
      for await (const read of reader.readStream(stream)) count += read.event === undefined ? 0 : 1;
    } catch (error) {
      expect(error).toMatchObject({ type: 'stream-not-found' });
    } finally {
      await reader.dispose();
    }
    return count;
  };
  return { fake: () => fake, client: () => client, newServer, append, countOf };
}

/** Attempts something again and again, for a bounded time, until it succeeds. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const late = performance.now() + 10_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > late) throw error;
      await pause(50);
    }
  }
}
