import { randomUUID } from 'node:crypto';
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  jsonEvent,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AppendExpectedRevision,
  type Position,
} from '@eventstore/db-client';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { freshPrefix } from '../support/stream-prefix.js';
import { APPEND_ROWS } from './eventstoredb-behaviour.rows.js';
import { all } from './event-store.contract.js';

const REAL = process.env.TEST_EVENTSTORE_URL;

const SERVERS: [name: string, url: string | undefined][] = [['the fake', undefined]];
if (REAL !== undefined) SERVERS.push(['a real server', REAL]);

describe.each(SERVERS)('EventStoreDB answers as was measured: %s', (_, url) => {
  const prefix = freshPrefix();
  let fake: FakeEventStoreDb | undefined;
  let client: EventStoreDBClient;
  let streams = 0;
  const newStream = () => `${prefix}s${(streams += 1)}`;

  beforeAll(async () => {
    fake = url === undefined ? await FakeEventStoreDb.start() : undefined;
    client = EventStoreDBClient.connectionString(url ?? fake?.url ?? '');
  });
  afterAll(async () => {
    await client.dispose();
    await fake?.stop();
  });

  const append = async (
    stream: string,
    expectedRevision: AppendExpectedRevision,
    events: ReturnType<typeof event>[],
  ) => client.appendToStream(stream, events, { expectedRevision });
  const typeOfError = (error: unknown) => (error as { type?: string }).type;
  const readBack = async (stream: string) => {
    const read = await all<{ event?: { data: unknown } }>(client.readStream(stream));
    return read.map(({ event }) => (event?.data as { letter: string }).letter).join('');
  };

  it.each(APPEND_ROWS.map((row) => [row.says, row] as const))('%s', async (_says, { steps, holds }) => {
    const stream = newStream();
    const letters = new Map<string, ReturnType<typeof event>>();
    const named = (letter: string) => {
      const known = letters.get(letter) ?? event({ letter });
      letters.set(letter, known);
      return known;
    };
    for (const [expected, events, answer] of steps) {
      const got = await append(stream, expected, Array.from(events).map(named)).then(
        ({ nextExpectedRevision }) => nextExpectedRevision,
        typeOfError,
      );
      expect(got).toBe(answer);
    }
    const held = await readBack(stream).catch(typeOfError);
    expect(held).toBe(holds ?? 'stream-not-found');
  });

  it('a repeat is answered with the position of its own last event', async () => {
    const stream = newStream();
    const [a, b] = [event({}), event({})];
    const { position } = await append(stream, 'no_stream', [a, b]);
    expect((await append(stream, 'no_stream', [a, b])).position).toEqual(position);
    const read = await all<{ event?: { position?: Position } }>(client.readStream(stream));
    expect((await append(stream, 'no_stream', [a])).position).toEqual(read[0]?.event?.position);
    expect(read[1]?.event?.position).toEqual(position);
  });

  it('each event of an append has a position of its own, rising, commit the same as prepare', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({}), event({}), event({})]);
    const positions = (await all<{ event?: { position?: Position } }>(client.readStream(stream))).map(
      (read) => read.event?.position,
    );
    expect(positions.every((position) => position?.commit === position?.prepare)).toBe(true);
    const commits = positions.map((position) => position?.commit ?? 0n);
    expect(commits[0] !== undefined && commits[1] !== undefined && commits[0] < commits[1]).toBe(true);
    expect(new Set(commits).size).toBe(3);
  });

  it('stores the same id in two streams', async () => {
    const shared = event({ letter: 'a' });
    const [one, two] = [newStream(), newStream()];
    await append(one, 'no_stream', [shared]);
    await append(two, 'no_stream', [shared]);
    expect([await readBack(one), await readBack(two)]).toEqual(['a', 'a']);
  });

  it('lets one of 128 appends at once with the same exact revision succeed', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({})]);
    const answers = await Promise.allSettled(
      Array.from({ length: 128 }, () => append(stream, 0n, [event({})])),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.map(({ reason }) => typeOfError(reason))).toEqual(
      Array.from({ length: 127 }, () => 'wrong-expected-version'),
    );
  });

  it('tells the actual revision with a wrong one', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({}), event({})]);
    await expect(append(stream, 7n, [event({})])).rejects.toMatchObject({ actualVersion: 1n });
    await expect(append(newStream(), 7n, [event({})])).rejects.toMatchObject({
      actualVersion: 'no_stream',
    });
  });

  it('refuses more than 1,048,576 bytes in one append, in one event or many', async () => {
    const stream = newStream();
    for (const events of [
      [event({ text: 'x'.repeat(1_100_000) })],
      Array.from({ length: 11 }, () => event({ text: 'x'.repeat(100_000) })),
    ]) {
      await expect(append(stream, 'no_stream', events)).rejects.toMatchObject({
        type: 'maximum-append-size-exceeded',
      });
    }
  });

  it('does not take a message of 20 MB at all', async () => {
    const append20 = append(newStream(), 'no_stream', [event({ text: 'x'.repeat(20_000_000) })]);
    await expect(append20).rejects.toMatchObject({ type: 'unknown', code: 8 });
  });

  it('takes 5,000 small events in one append', async () => {
    const events = Array.from({ length: 5_000 }, () => event({}));
    expect((await append(newStream(), 'no_stream', events)).nextExpectedRevision).toBe(4_999n);
  });

  it('reads nothing beyond the end of a stream, without an error', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({})]);
    expect(await all(client.readStream(stream, { fromRevision: 5n }))).toEqual([]);
  });

  it('goes on with the revisions of a soft-deleted stream', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({ letter: 'a' })]);
    await client.deleteStream(stream);
    expect(await readBack(stream).catch(typeOfError)).toBe('stream-not-found');
    const { nextExpectedRevision } = await append(stream, 'no_stream', [event({ letter: 'x' })]);
    expect(nextExpectedRevision).toBe(1n);
    expect(await readBack(stream)).toBe('x');
  });

  it('takes nothing into a stream with a tombstone', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({})]);
    await client.tombstoneStream(stream);
    await expect(append(stream, 'any', [event({})])).rejects.toMatchObject({ type: 'stream-deleted' });
    await expect(all(client.readStream(stream))).rejects.toMatchObject({ type: 'stream-deleted' });
  });

  it('refuses to delete at a wrong revision', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({})]);
    const deletion = client.deleteStream(stream, { expectedRevision: 4n });
    await expect(deletion).rejects.toMatchObject({ type: 'wrong-expected-version' });
  });

  it('begins a read of all with the event at the position, a subscription after it', async () => {
    const stream = newStream();
    await append(stream, 'no_stream', [event({}), event({}), event({})]);
    const own = await all<{ event?: { position?: Position } }>(client.readStream(stream));
    const second = own[1]?.event?.position;
    if (second === undefined) throw new Error('an event without a position');
    const [read] = await all<AllStreamResolvedEvent>(client.readAll({ fromPosition: second, maxCount: 1 }));
    expect(read?.event?.position).toEqual(second);
    const filter = streamNameFilter({ prefixes: [stream] });
    const [next] = await subscribed(client.subscribeToAll({ fromPosition: second, filter }), 1);
    expect(next?.event?.revision).toBe(2n);
    const [alsoNext] = await subscribed(client.subscribeToStream(stream, { fromRevision: 1n }), 1);
    expect(alsoNext?.event?.revision).toBe(2n);
  });

  it('reads all backwards from the end', async () => {
    const { position } = await append(newStream(), 'no_stream', [event({})]);
    const read = await all<AllStreamResolvedEvent>(
      client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 20 }),
    );
    const commits = read.map(({ event }) => event?.position.commit ?? 0n);
    expect(commits).toEqual(commits.toSorted((a, b) => (a < b ? 1 : -1)));
    expect(commits[0]).toBeGreaterThanOrEqual(position?.commit ?? 0n);
  });

  it('ignores a filter of a read of all: events of the system come too', async () => {
    const filtered = { maxCount: 100, filter: streamNameFilter({ prefixes: ['none-begins-so'] }) };
    const read = await all<AllStreamResolvedEvent>(client.readAll(filtered));
    expect(read.some(({ event }) => event?.type.startsWith('$'))).toBe(true);
  });

  it('filters a subscription, tells once that it has caught up, goes on live, and checkpoints only rise', async () => {
    const [wanted, other] = [`${newStream()}-wanted`, newStream()];
    // A real server may hold any number of events from before, which are searched a few at a time here.
    const { position: fromPosition } = await append(newStream(), 'no_stream', [event({})]);
    if (fromPosition === undefined) throw new Error('an append without a position');
    for (let round = 0; round < 40; round += 1) {
      await append(other, 'any', [event({}), event({})]);
      await append(wanted, 'any', [event({ round })]);
    }
    const checkpoints: bigint[] = [];
    const subscription = client.subscribeToAll({
      fromPosition,
      filter: streamNameFilter({
        prefixes: [wanted],
        maxSearchWindow: 10,
        checkpointInterval: 1,
        checkpointReached: (_subscription, { commit }) => void checkpoints.push(commit),
      }),
    });
    let caughtUp = 0;
    subscription.on('caughtUp', () => {
      caughtUp += 1;
      if (caughtUp === 1) void append(wanted, 'any', [event({ round: 40 })]);
    });
    const events = await subscribed(subscription, 41);
    expect(events.map((resolved) => (resolved.event?.data as { round: number }).round)).toEqual(
      Array.from({ length: 41 }, (_unused, round) => round),
    );
    expect(new Set(events.map((resolved) => resolved.event?.streamId))).toEqual(new Set([wanted]));
    expect(caughtUp).toBe(1);
    expect(checkpoints.length).toBeGreaterThan(3);
    expect(checkpoints).toEqual(checkpoints.toSorted((a, b) => (a < b ? -1 : 1)));
  });
});

function event(data: Record<string, string | number>) {
  return jsonEvent({ id: randomUUID(), type: 'Measured', data });
}

/** The first events of a subscription, which then ends. */
async function subscribed<E>(
  subscription: AsyncIterable<E> & { unsubscribe: () => Promise<void> },
  count: number,
): Promise<E[]> {
  const events: E[] = [];
  for await (const item of subscription) {
    events.push(item);
    if (events.length === count) break;
  }
  await subscription.unsubscribe();
  return events;
}
