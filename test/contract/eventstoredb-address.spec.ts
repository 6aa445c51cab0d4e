import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { readConfiguration } from '../../src/platform/configuration.js';
import { certificateOfLocalhost, type Certificate } from '../support/certificate.js';
import { temporaryFolder } from '../support/command-line.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { all } from './event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A store configured by EVENTSTORE_URL. */
function storeAt(address: string): EventStoreDbEventStore {
  const { eventStoreUrl: url = '' } = readConfiguration({ EVENTSTORE_URL: address });
  const store = new EventStoreDbEventStore({
    url,
    retryPolicy: { firstMs: 50, longestMs: 50, retries: 2, limitMs: 2_000 },
  });
  closing.push(() => store.close());
  return store;
}

/** A port of this machine on which no server listens. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A TLS server that records the headers of each call and rejects it as unauthenticated. */
async function rejectingServer(certificate: Certificate) {
  const calls: { path: unknown; authorization: unknown }[] = [];
  const server = createSecureServer({ ...certificate, allowHTTP1: false });
  server.on('stream', (stream, headers) => {
    calls.push({ path: headers[':path'], authorization: headers.authorization });
    stream.on('error', () => undefined);
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' },
      { endStream: true },
    );
  });
  server.on('sessionError', () => undefined);
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.close();
    for (const session of sessions) session.destroy();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, calls };
}

async function file(content: string): Promise<string> {
  const folder = await temporaryFolder();
  closing.push(() => folder.remove());
  const path = join(folder.path, 'ca.crt');
  await writeFile(path, content);
  return path;
}

describe('the address of EventStoreDB', () => {
  it('may name several nodes of a cluster, of which one answers', async () => {
    const fake = await FakeEventStoreDb.start();
    closing.push(() => fake.stop());
    const nodes = [await unusedPort(), fake.endpoint.port, await unusedPort()].map(
      (port) => `127.0.0.1:${port}`,
    );
    const store = storeAt(`esdb://${nodes.join(',')}?tls=false&discoveryInterval=10`);
    await store.append('case', 'no-stream', sampleEvents(2));
    expect(await all(store.readAll())).toHaveLength(2);
  });

  it('has user and password sent, decoded, to a server whose certificate it trusts', async () => {
    const certificate = certificateOfLocalhost();
    const { port, calls } = await rejectingServer(certificate);
    const ca = await file(certificate.cert);
    const store = storeAt(`esdb://admin:p%40ss%3Aword@localhost:${port}?tls=true&tlsCaFile=${ca}`);
    await expect(store.head()).rejects.toMatchObject({ code: 'event-store-unavailable' });
    expect(calls[0]).toEqual({
      path: '/event_store.client.streams.Streams/Read',
      authorization: `Basic ${Buffer.from('admin:p@ss:word').toString('base64')}`,
    });
  });

  it('has nothing sent to a server whose certificate it does not trust', async () => {
    const { port, calls } = await rejectingServer(certificateOfLocalhost());
    const ca = await file(certificateOfLocalhost().cert);
    const store = storeAt(`esdb://admin:secret@localhost:${port}?tls=true&tlsCaFile=${ca}`);
    await expect(store.head()).rejects.toMatchObject({ code: 'event-store-unavailable' });
    expect(calls).toEqual([]);
  });
});
