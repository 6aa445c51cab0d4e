import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { InvalidAppend, StreamNotFound } from '../../src/event-store/event-store.errors.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { verifyChain } from '../../src/event-store/core/hash-chain.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { InvalidInput } from '../../src/platform/errors.js';
import { EVENTSTOREDB_SERVERS } from '../support/eventstoredb-servers.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { freshPrefix } from '../support/stream-prefix.js';
import { all } from './event-store.contract.js';
import { eventWith, METADATA, sampleEvent, sampleEvents } from '../support/sample-events.js';

describe.each(EVENTSTOREDB_SERVERS)('the log in EventStoreDB: %s', (_, real) => {
  const prefix = freshPrefix();
  let fake: FakeEventStoreDb | undefined;
  let client: EventStoreDBClient;
  let store: EventStoreDbEventStore;
  let streams = 0;
  const newStream = () => `s${(streams += 1)}`;
  const opened: EventStoreDbEventStore[] = [];
  const newStore = (streamPrefix = prefix) => {
    const another = new EventStoreDbEventStore({ url: real ?? fake?.url ?? '', streamPrefix });
    opened.push(another);
    return another;
  };

  beforeAll(async () => {
    fake = real === undefined ? await FakeEventStoreDb.start() : undefined;
    client = EventStoreDBClient.connectionString(real ?? fake?.url ?? '');
    store = newStore();
  });
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
    await client.dispose();
    await fake?.stop();
  });

  it('is stored as JSON that other clients can read, with version and hash in the metadata', async () => {
    const stream = newStream();
    const event = sampleEvent({ version: 3, data: { z: 1, a: 'é' } });
    await store.append(stream, 'no-stream', [event]);
    const [recorded] = await all(store.readStream(stream));
    const [read] = await all<{ event?: object }>(client.readStream(prefix + stream));
    expect(read?.event).toMatchObject({
      streamId: prefix + stream,
      id: event.id,
      type: event.type,
      isJson: true,
      data: { z: 1, a: 'é' },
      metadata: { ...METADATA, upheld: { version: 3, hash: recorded?.hash } },
    });
  });

  it('gives the same events the same hashes as the other engines', async () => {
    const memory = new MemoryEventStore();
    const stream = `chain-${randomUUID()}`;
    const appends = [sampleEvents(2), sampleEvents(1), sampleEvents(3)];
    for (const log of [store, memory]) {
      let revision = -1;
      for (const events of appends) {
        await log.append(stream, revision < 0 ? 'no-stream' : revision, events);
        revision += events.length;
      }
    }
    const hashesIn = async (log: EventStoreDbEventStore | MemoryEventStore) =>
      (await all(log.readStream(stream))).map(({ hash }) => hash);
    expect(await hashesIn(store)).toEqual(await hashesIn(memory));
  });

  it('keeps the chain of a stream unbroken while several processes append at any revision', async () => {
    const stores = [newStore(), newStore(), newStore()];
    const stream = newStream();
    await Promise.all(
      stores.flatMap((one) => Array.from({ length: 10 }, () => one.append(stream, 'any', sampleEvents(2)))),
    );
    const recorded = await all(store.readStream(stream));
    expect(recorded).toHaveLength(60);
    expect(verifyChain(recorded)).toBeUndefined();
  });

  it('recognises an append at any revision that is repeated soon', async () => {
    const stream = newStream();
    await store.append(stream, 'no-stream', sampleEvents(2));
    const events = sampleEvents(2);
    const answer = await store.append(stream, 'any', events);
    await store.append(stream, 3, sampleEvents(1));
    expect(await newStore().append(stream, 'any', events)).toEqual(answer);
    expect(await all(store.readStream(stream))).toHaveLength(5);
  });

  it('returns an event that other software wrote into its streams, without version or hash', async () => {
    const stream = newStream();
    await client.appendToStream(prefix + stream, jsonEvent({ type: 'Foreign', data: ['odd'] }));
    const [foreign] = await all(store.readStream(stream));
    expect(foreign).toMatchObject({ type: 'Foreign', version: 0, hash: '' });
    expect(verifyChain(foreign === undefined ? [] : [foreign])).toMatchObject({ stream, reason: 'hash' });
  });

  it('refuses system types, which it would not read back', async () => {
    const append = store.append(newStream(), 'no-stream', [sampleEvent({ type: '$metadata' })]);
    await expect(append).rejects.toBeInstanceOf(InvalidAppend);
  });

  it('refuses an append that only the server finds too large', async () => {
    const type = 'T'.repeat(200);
    const events = Array.from({ length: 1_500 }, () =>
      sampleEvent({ type, data: { text: 'x'.repeat(220) } }),
    );
    const stream = newStream();
    await expect(store.append(stream, 'no-stream', events)).rejects.toBeInstanceOf(InvalidAppend);
    await expect(all(store.readStream(stream))).rejects.toBeInstanceOf(StreamNotFound);
  });

  it.each(['deleteStream', 'tombstoneStream'] as const)(
    'works after %s: the stream is not found, and the log holds its events',
    async (deletion) => {
      const head = await store.head();
      const [gone, other] = [newStream(), newStream()];
      await store.append(gone, 'no-stream', sampleEvents(2));
      await client[deletion](prefix + gone);
      await expect(all(store.readStream(gone))).rejects.toBeInstanceOf(StreamNotFound);
      await expect(all(store.readStream(gone, { direction: 'backwards', limit: 1 }))).rejects.toBeInstanceOf(
        StreamNotFound,
      );
      const { position } = await store.append(other, 'no-stream', sampleEvents(1));
      const events = await all(store.readAll({ after: head }));
      expect(events.map(({ stream }) => stream)).toEqual([gone, gone, other]);
      expect(await store.head()).toBe(position);
      expect(await newStore().head()).toBe(position);
    },
  );

  it('refuses an append to a stream with a tombstone', async () => {
    const stream = newStream();
    await store.append(stream, 'no-stream', sampleEvents(1));
    await client.tombstoneStream(prefix + stream);
    await expect(newStore().append(stream, 'no-stream', sampleEvents(1))).rejects.toBeInstanceOf(
      InvalidAppend,
    );
    await expect(store.append(stream, 0, sampleEvents(1))).rejects.toMatchObject({ actual: 'no-stream' });
  });

  it('with another prefix is another log with another identity', async () => {
    const other = newStore(`${prefix}o.`);
    const identities = await Promise.all([store, other].map((one) => one.identity()));
    expect(identities.map((identity) => identity.replace(prefix, 'PREFIX.'))).toEqual([
      expect.stringMatching(/^eventstoredb:PREFIX\.:[0-9a-f-]{36}$/),
      expect.stringMatching(/^eventstoredb:PREFIX\.o\.:[0-9a-f-]{36}$/),
    ]);
    const [stream, others] = [newStream(), newStream()];
    await store.append(stream, 'no-stream', sampleEvents(1));
    await other.append(others, 'no-stream', sampleEvents(1));
    await expect(all(other.readStream(stream))).rejects.toBeInstanceOf(StreamNotFound);
    expect((await all(other.readAll())).map((event) => event.stream)).toEqual([others]);
  });

  it('reads a stream of large events', async () => {
    const stream = newStream();
    for (let revision = -1; revision < 9; revision += 1) {
      const event = eventWith({ text: 'x'.repeat(900_000), revision });
      await store.append(stream, revision < 0 ? 'no-stream' : revision, [event]);
    }
    const numbers: unknown[] = [];
    for await (const event of store.readStream(stream)) numbers.push(event.data.revision);
    expect(numbers).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('the configuration of the log in EventStoreDB', () => {
  const secret = 'hunter2';
  it.each([
    `http://admin:${secret}@127.0.0.1:2113`,
    `esdb://admin:${secret}@`,
    `esdb://admin:${secret}@127.0.0.1:port`,
    `esdb://admin:${secret}@127.0.0.1:2113?tls=maybe`,
    `esdb://admin:${secret}@127.0.0.1:2113?tlsCAFile=/no/such/file`,
    `esdb://admin:${secret}@127.0.0.1:2113?throwOnAppendFailure=false`,
    `esdb://admin:${secret}@127.0.0.1:2113?tlsVerifyCert=false`,
    `esdb://admin:${secret}@127.0.0.1:2113?tls=false&tlsFile=/ca.crt`,
  ])('is refused without revealing the password: %s', (url) => {
    let refusal: unknown;
    try {
      new EventStoreDbEventStore({ url });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InvalidInput);
    expect(refusal).toMatchObject({ code: 'invalid-configuration' });
    expect(JSON.stringify([refusal, (refusal as Error).message, (refusal as Error).cause])).not.toContain(
      secret,
    );
  });

  it.each(['', '$upheld', 'two words', 'line\n', 'x'.repeat(51)])('refuses the prefix %j', (streamPrefix) => {
    expect(() => new EventStoreDbEventStore({ url: 'esdb://127.0.0.1:1?tls=false', streamPrefix })).toThrow(
      InvalidInput,
    );
  });

  it('does not connect before it is used', async () => {
    const store = new EventStoreDbEventStore({ url: 'esdb://127.0.0.1:1?tls=false' });
    await store.close();
  });
});
