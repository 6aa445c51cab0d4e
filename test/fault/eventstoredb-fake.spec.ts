import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { EventStoreDBClient, jsonEvent, START, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamSubscription } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import type { AppendFault, ReadFault } from '../support/fake-eventstoredb/faults.js';

describe('the fake EventStoreDB', () => {
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

  describe('an append', () => {
    const endings: [AppendFault, stored: number][] = [
      [{ kind: 'lose-the-answer' }, 1],
      [{ kind: 'lose-the-request' }, 0],
    ];
    it.each(endings)('fails as unavailable under %j; stored are %i', async (fault, stored) => {
      fake.faults.onAppend(fault);
      await expect(append('lost')).rejects.toMatchObject({ code: 14 });
      expect(await countOf('lost')).toBe(stored);
      expect(fake.faults.struck).toBe(1);
      await append('lost');
      expect(await countOf('lost')).toBe(stored + 1);
    });

    it('that is never answered is stored', async () => {
      fake.faults.onAppend({ kind: 'never-answer' });
      const answer = append('silent').then(() => 'answered');
      expect(await Promise.race([answer, pause(200, 'nothing')])).toBe('nothing');
      expect(await countOf('silent')).toBe(1);
    });

    it.each<[AppendFault['kind'], number]>([
      ['answer-late', 1],
      ['delay', 0],
    ])('under %s is answered after a while; stored meanwhile are %i', async (kind, meanwhile) => {
      fake.faults.onAppend({ kind: kind as 'delay', ms: 300 });
      const begun = performance.now();
      const answer = append('late');
      await pause(100);
      expect(await countOf('late')).toBe(meanwhile);
      await answer;
      expect(performance.now() - begun).toBeGreaterThanOrEqual(290);
      expect(await countOf('late')).toBe(1);
    });

    it('is answered twice on demand, and stored once', async () => {
      fake.faults.onAppend({ kind: 'answer-twice' });
      const answers = await batchAppendRaw(fake, 'twice');
      expect(answers.map((answer) => answer.getSuccess()?.getCurrentRevision())).toEqual(['0', '0']);
      expect(await countOf('twice')).toBe(1);
    });

    it('that the server does not handle is answered so, and not stored', async () => {
      fake.faults.onAppend({ kind: 'not-handled' });
      await expect(append('unhandled')).rejects.toMatchObject({ type: 'unknown' });
      expect(await countOf('unhandled')).toBe(0);
    });

    it('at a node that is not the leader is refused, and the client turns to the leader', async () => {
      const leader = await newServer();
      fake.faults.onAppend({ kind: 'not-leader', leader: leader.endpoint });
      await expect(append('led')).rejects.toMatchObject({ type: 'not-leader', leader: leader.endpoint });
      const before = leader.size;
      await append('led');
      expect(leader.size).toBe(before + 1);
      expect(await countOf('led')).toBe(0);
    });
  });

  describe('a subscription', () => {
    const followed = async (fault: ReadFault, forMs = 300) => {
      for (let time = 0; time < 5; time += 1) await append('followed');
      fake.faults.onSubscription(fault);
      const subscription = client.subscribeToAll({
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
      expect(fake.faults.struck).toBe(1);
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
      const other = EventStoreDBClient.connectionString(fake.url);
      const watched = watch(other.subscribeToAll(), 300);
      await pause(50);
      await followed({ kind: 'sever-all', after: 1 }, 100);
      expect(await watched).toMatchObject({ told: ['unavailable'] });
      await other.dispose();
    });
  });

  it('severs a read at an event, and the next read is whole', async () => {
    for (let time = 0; time < 5; time += 1) await append('read');
    fake.faults.onRead({ kind: 'sever', after: 2 });
    const read = async () => {
      let count = 0;
      for await (const { event } of client.readStream('read')) count += event === undefined ? 0 : 1;
      return count;
    };
    await expect(read()).rejects.toMatchObject({ type: 'unavailable' });
    expect(await read()).toBe(5);
  });

  it('refuses connections, and takes them again on the same port', async () => {
    const { port } = fake.endpoint;
    await fake.refuseConnections();
    await expect(append('refused')).rejects.toMatchObject({ code: 14 });
    await fake.acceptConnections();
    expect(fake.endpoint.port).toBe(port);
    await eventually(() => append('refused'));
  });

  it('is found by gossip', async () => {
    const discovering = EventStoreDBClient.connectionString(fake.discoverUrl);
    await append('found', discovering);
    expect(await countOf('found')).toBe(1);
    await discovering.dispose();
  });

  it('in an outage behaves as the real one did, and after it holds what it held', async () => {
    let acknowledged = 0;
    const writing = (async () => {
      for (;;) {
        await append('kept');
        acknowledged += 1;
      }
    })();
    const watched = watch(client.subscribeToAll(), 800);
    await eventually(async () => {
      await pause(1);
      expect(acknowledged).toBeGreaterThan(10);
    });
    const stopping = fake.stop();
    // The client's own error for what is under way, and from then on a plain one.
    await expect(writing).rejects.toMatchObject({ type: 'unavailable', code: 14 });
    const refused: unknown = await append('kept').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 14 });
    expect(refused).not.toHaveProperty('type');
    expect(refused).toBeInstanceOf(Error);
    await stopping;
    await fake.restart();
    expect(await watched).toMatchObject({ told: ['unavailable'] });
    const kept = await eventually(() => countOf('kept'));
    expect(kept).toBeGreaterThanOrEqual(acknowledged);
    await eventually(() => append('kept'));
    expect(await countOf('kept')).toBe(kept + 1);
  });

  it('after a restart no longer knows the ids appended to any revision', async () => {
    const event = newEvent();
    await client.appendToStream('any', event);
    await client.appendToStream('any', event);
    expect(await countOf('any')).toBe(1);
    await fake.stop();
    await fake.restart();
    await eventually(() => client.appendToStream('any', event));
    expect(await countOf('any')).toBe(2);
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

function newEvent() {
  return jsonEvent({ id: randomUUID(), type: 'Measured', data: {} });
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
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

/** What a subscription brings and tells of itself within some time; then it is left. */
async function watch(subscription: AllStreamSubscription, ms: number) {
  const revisions: bigint[] = [];
  const told: string[] = [];
  subscription.on('data', ({ event }) => {
    if (event !== undefined) revisions.push(event.revision);
  });
  subscription.on('error', (error) => told.push((error as { type?: string }).type ?? error.message));
  subscription.on('end', () => told.push('end'));
  subscription.on('close', () => told.push('close'));
  await pause(ms);
  const seen = { revisions: [...revisions], told: [...told] };
  await subscription.unsubscribe().catch(() => undefined);
  return seen;
}

/** One batch append by the service's own definition: the client itself does not survive a second answer. */
async function batchAppendRaw(fake: FakeEventStoreDb, stream: string): Promise<BatchAppendResp[]> {
  const { address, port } = fake.endpoint;
  const service = new streamsService.StreamsClient(`${address}:${port}`, credentials.createInsecure());
  const call = service.batchAppend();
  const answers: BatchAppendResp[] = [];
  call.on('data', (answer: BatchAppendResp) => answers.push(answer));
  const message = new streams.BatchAppendReq.ProposedMessage().setId(
    new shared.UUID().setString(randomUUID()),
  );
  message.getMetadataMap().set('type', 'Measured').set('content-type', 'application/json');
  const options = new streams.BatchAppendReq.Options()
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
    .setAny(new protobufEmpty.Empty());
  const request = new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(randomUUID()))
    .setOptions(options)
    .setIsFinal(true);
  request.addProposedMessages(message);
  call.write(request);
  call.end();
  await once(call, 'end');
  service.close();
  return answers;
}
