import type { Position } from '@eventstore/db-client';
import { EVENTSTOREDB_SERVERS } from '../support/eventstoredb-servers.js';
import { APPEND_ROWS } from './eventstoredb-behaviour.rows.js';
import { event, ServerClient, typeOfError } from './eventstoredb-client.js';
import { all } from './event-store.contract.js';

describe.each(EVENTSTOREDB_SERVERS)('EventStoreDB answers appends as was observed: %s', (_, url) => {
  let server: ServerClient;
  beforeAll(async () => {
    server = await ServerClient.open(url);
  });
  afterAll(() => server.close());

  it.each(APPEND_ROWS.map((row) => [row.title, row] as const))(
    'an append %s',
    async (_title, { steps, holds }) => {
      const stream = server.newStream();
      const letters = new Map<string, ReturnType<typeof event>>();
      const named = (letter: string) => {
        const known = letters.get(letter) ?? event({ letter });
        letters.set(letter, known);
        return known;
      };
      for (const [expected, events, answer] of steps) {
        const answered = await server
          .append(stream, expected, Array.from(events).map(named))
          .then(({ nextExpectedRevision }) => nextExpectedRevision, typeOfError);
        expect(answered).toBe(answer);
      }
      const stored = await server.lettersIn(stream).catch(typeOfError);
      expect(stored).toBe(holds ?? 'stream-not-found');
    },
  );

  it('answers a repeat with the position of its own last event', async () => {
    const stream = server.newStream();
    const [a, b] = [event({}), event({})];
    const { position } = await server.append(stream, 'no_stream', [a, b]);
    expect((await server.append(stream, 'no_stream', [a, b])).position).toEqual(position);
    const read = await all<{ event?: { position?: Position } }>(server.client.readStream(stream));
    expect((await server.append(stream, 'no_stream', [a])).position).toEqual(read[0]?.event?.position);
    expect(read[1]?.event?.position).toEqual(position);
  });

  it('gives each event of an append a position of its own, rising, with equal commit and prepare', async () => {
    const stream = server.newStream();
    await server.append(stream, 'no_stream', [event({}), event({}), event({})]);
    const positions = (await all<{ event?: { position?: Position } }>(server.client.readStream(stream))).map(
      (read) => read.event?.position,
    );
    expect(positions.every((position) => position?.commit === position?.prepare)).toBe(true);
    const commits = positions.map((position) => position?.commit ?? 0n);
    expect(commits[0] !== undefined && commits[1] !== undefined && commits[0] < commits[1]).toBe(true);
    expect(new Set(commits).size).toBe(3);
  });

  it('stores the same id in two streams', async () => {
    const shared = event({ letter: 'a' });
    const [one, two] = [server.newStream(), server.newStream()];
    await server.append(one, 'no_stream', [shared]);
    await server.append(two, 'no_stream', [shared]);
    expect([await server.lettersIn(one), await server.lettersIn(two)]).toEqual(['a', 'a']);
  });

  it('accepts one of 128 simultaneous appends at the same exact revision', async () => {
    const stream = server.newStream();
    await server.append(stream, 'no_stream', [event({})]);
    const answers = await Promise.allSettled(
      Array.from({ length: 128 }, () => server.append(stream, 0n, [event({})])),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.map(({ reason }) => typeOfError(reason))).toEqual(
      Array.from({ length: 127 }, () => 'wrong-expected-version'),
    );
  });

  it('answers a wrong revision with the actual one', async () => {
    const stream = server.newStream();
    await server.append(stream, 'no_stream', [event({}), event({})]);
    await expect(server.append(stream, 7n, [event({})])).rejects.toMatchObject({ actualVersion: 1n });
    await expect(server.append(server.newStream(), 7n, [event({})])).rejects.toMatchObject({
      actualVersion: 'no_stream',
    });
  });

  it('refuses more than 1,048,576 bytes in one append, in one event or many', async () => {
    const stream = server.newStream();
    for (const events of [
      [event({ text: 'x'.repeat(1_100_000) })],
      Array.from({ length: 11 }, () => event({ text: 'x'.repeat(100_000) })),
    ]) {
      await expect(server.append(stream, 'no_stream', events)).rejects.toMatchObject({
        type: 'maximum-append-size-exceeded',
      });
    }
  });

  it('rejects a message of 20 MB with another error', async () => {
    const append20 = server.append(server.newStream(), 'no_stream', [
      event({ text: 'x'.repeat(20_000_000) }),
    ]);
    await expect(append20).rejects.toMatchObject({ type: 'unknown', code: 8 });
  });

  it('accepts 5,000 small events in one append', async () => {
    const events = Array.from({ length: 5_000 }, () => event({}));
    expect((await server.append(server.newStream(), 'no_stream', events)).nextExpectedRevision).toBe(4_999n);
  });
});
