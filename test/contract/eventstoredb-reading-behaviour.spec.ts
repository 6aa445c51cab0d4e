import { BACKWARDS, END, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, Position } from '@eventstore/db-client';
import { EVENTSTOREDB_SERVERS } from '../support/eventstoredb-servers.js';
import { event, ServerClient, typeOfError } from './eventstoredb-client.js';
import { all } from './event-store.contract.js';

describe.each(EVENTSTOREDB_SERVERS)(
  'EventStoreDB answers reads and deletions as was observed: %s',
  (_, url) => {
    let server: ServerClient;
    beforeAll(async () => {
      server = await ServerClient.open(url);
    });
    afterAll(() => server.close());

    it('reads no events after the end of a stream, without an error', async () => {
      const stream = server.newStream();
      await server.append(stream, 'no_stream', [event({})]);
      expect(await all(server.client.readStream(stream, { fromRevision: 5n }))).toEqual([]);
    });

    it('continues the revisions of a soft-deleted stream', async () => {
      const stream = server.newStream();
      await server.append(stream, 'no_stream', [event({ letter: 'a' })]);
      await server.client.deleteStream(stream);
      expect(await server.lettersIn(stream).catch(typeOfError)).toBe('stream-not-found');
      const { nextExpectedRevision } = await server.append(stream, 'no_stream', [event({ letter: 'x' })]);
      expect(nextExpectedRevision).toBe(1n);
      expect(await server.lettersIn(stream)).toBe('x');
    });

    it('refuses appends to a stream with a tombstone', async () => {
      const stream = server.newStream();
      await server.append(stream, 'no_stream', [event({})]);
      await server.client.tombstoneStream(stream);
      await expect(server.append(stream, 'any', [event({})])).rejects.toMatchObject({
        type: 'stream-deleted',
      });
      await expect(all(server.client.readStream(stream))).rejects.toMatchObject({ type: 'stream-deleted' });
    });

    it('refuses to delete at a wrong revision', async () => {
      const stream = server.newStream();
      await server.append(stream, 'no_stream', [event({})]);
      const deletion = server.client.deleteStream(stream, { expectedRevision: 4n });
      await expect(deletion).rejects.toMatchObject({ type: 'wrong-expected-version' });
    });

    it('begins a read of $all with the event at the position, and a subscription after it', async () => {
      const stream = server.newStream();
      await server.append(stream, 'no_stream', [event({}), event({}), event({})]);
      const own = await all<{ event?: { position?: Position } }>(server.client.readStream(stream));
      const second = own[1]?.event?.position;
      if (second === undefined) throw new Error('an event without a position');
      const [read] = await all<AllStreamResolvedEvent>(
        server.client.readAll({ fromPosition: second, maxCount: 1 }),
      );
      expect(read?.event?.position).toEqual(second);
      const filter = streamNameFilter({ prefixes: [stream] });
      const [next] = await subscribed(server.client.subscribeToAll({ fromPosition: second, filter }), 1);
      expect(next?.event?.revision).toBe(2n);
      const [alsoNext] = await subscribed(server.client.subscribeToStream(stream, { fromRevision: 1n }), 1);
      expect(alsoNext?.event?.revision).toBe(2n);
    });

    it('reads $all backwards from the end', async () => {
      const { position } = await server.append(server.newStream(), 'no_stream', [event({})]);
      const read = await all<AllStreamResolvedEvent>(
        server.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 20 }),
      );
      const commits = read.map(({ event }) => event?.position.commit ?? 0n);
      expect(commits).toEqual(commits.toSorted((a, b) => (a < b ? 1 : -1)));
      expect(commits[0]).toBeGreaterThanOrEqual(position?.commit ?? 0n);
    });

    it('ignores the filter of a read of $all, and returns system events too', async () => {
      const filtered = { maxCount: 100, filter: streamNameFilter({ prefixes: ['none-begins-so'] }) };
      const read = await all<AllStreamResolvedEvent>(server.client.readAll(filtered));
      expect(read.some(({ event }) => event?.type.startsWith('$'))).toBe(true);
    });

    it('filters a subscription, says once that it has caught up, sends live events, and raises checkpoints', async () => {
      const [wanted, other] = [`${server.newStream()}-wanted`, server.newStream()];
      // A real server may hold any number of earlier events, and the search window is small here.
      const { position: fromPosition } = await server.append(server.newStream(), 'no_stream', [event({})]);
      if (fromPosition === undefined) throw new Error('an append without a position');
      for (let round = 0; round < 40; round += 1) {
        await server.append(other, 'any', [event({}), event({})]);
        await server.append(wanted, 'any', [event({ round })]);
      }
      const checkpoints: bigint[] = [];
      const subscription = server.client.subscribeToAll({
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
        if (caughtUp === 1) void server.append(wanted, 'any', [event({ round: 40 })]);
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
  },
);

/** The first events of a subscription, which is then ended. */
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
