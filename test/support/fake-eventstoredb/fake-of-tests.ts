import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { FakeEventStoreDb } from './fake-eventstoredb.js';

/** An event for the client, with a new id. */
export function newEvent() {
  return jsonEvent({ id: randomUUID(), type: 'Measured', data: {} });
}

/** Starts a fake with one event, and a client, for each test of a file. Stops all servers after the test. */
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

/** Repeats an attempt until it succeeds, for at most 10 s. @throws the last error. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(50);
    }
  }
}
