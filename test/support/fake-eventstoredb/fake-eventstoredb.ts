import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ConnectionInjector } from '@grpc/grpc-js/build/src/server.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { AppendService } from './append-service.js';
import { getSupportedMethods, readGossip } from './cluster-service.js';
import { Connections } from './connections.js';
import { DeletionService } from './deletion-service.js';
import { Faults } from './faults.js';
import type { Endpoint } from './grpc-errors.js';
import { ReadService } from './read-service.js';
import type { ReadAnswer } from './read-call.js';
import { ServerLog } from './server-log.js';

/** Largest message, in bytes. A larger one ends the call with gRPC code 8. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

/** The service, with read responses that may be serialized already. */
const STREAMS = {
  ...streamsService.StreamsService,
  read: {
    ...streamsService.StreamsService.read,
    responseSerialize: (answer: ReadAnswer) =>
      Buffer.isBuffer(answer) ? answer : Buffer.from(answer.serializeBinary()),
    responseDeserialize: streamsService.StreamsService.read.responseDeserialize as (
      bytes: Buffer,
    ) => ReadResp,
  },
};

/**
 * An EventStoreDB server in the process of the test: real gRPC on loopback, with the answers of version 23.10, and
 * faults on request. Insecure, single node.
 */
export class FakeEventStoreDb {
  readonly faults = new Faults();
  readonly #connections: Connections;
  #server: Server | undefined;
  #injector: ConnectionInjector | undefined;

  private constructor(
    private readonly log: ServerLog,
    port: number,
  ) {
    this.#connections = new Connections((socket) => this.#injector?.injectConnection(socket), port);
  }

  /** Starts a server. @param options `port` is any free one by default. */
  static async start(
    options: Readonly<{ standardProjections?: boolean; port?: number }> = {},
  ): Promise<FakeEventStoreDb> {
    const fake = new FakeEventStoreDb(new ServerLog(options.standardProjections), options.port ?? 0);
    await fake.restart();
    return fake;
  }

  /** Connection string. */
  get url(): string {
    return `esdb://127.0.0.1:${this.endpoint.port}?tls=false`;
  }

  /** Connection string for discovery by gossip. */
  get discoverUrl(): string {
    return `esdb+discover://127.0.0.1:${this.endpoint.port}?tls=false`;
  }

  get endpoint(): Endpoint {
    return { address: '127.0.0.1', port: this.#connections.port };
  }

  /** Number of events, including system events. */
  get size(): number {
    return this.log.events.length;
  }

  /** Starts again after {@link stop}, on the same port, with all stored events. */
  async restart(): Promise<void> {
    this.log.forgetRecentIds();
    this.#server = this.#newServer();
    this.#injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
    await this.#connections.listen();
  }

  /** Stops at once, like a server that is killed. */
  async stop(): Promise<void> {
    await this.#connections.refuse();
    this.#injector?.destroy();
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** Removes all events after the first `size` ones ({@link size}), like a restore from an older backup. */
  restore(size: number): void {
    this.log.restore(size);
  }

  /** Cuts all connections, and accepts new ones. */
  severAll(): void {
    this.#connections.severAll();
  }

  /** Cuts all connections and refuses new ones. */
  async refuseConnections(): Promise<void> {
    await this.#connections.refuse();
  }

  async acceptConnections(): Promise<void> {
    await this.#connections.listen();
  }

  #newServer(): Server {
    const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
    const appends = new AppendService(this.log, this.faults, this.#connections);
    const deletions = new DeletionService(this.log);
    const reads = new ReadService(this.log, this.faults, this.#connections);
    server.addService(STREAMS, {
      append: appends.append,
      batchAppend: appends.batchAppend,
      delete: deletions.delete,
      tombstone: deletions.tombstone,
      read: reads.read,
    });
    server.addService(featuresService.ServerFeaturesService, { getSupportedMethods });
    server.addService(gossipService.GossipService, { read: readGossip(() => this.endpoint) });
    return server;
  }
}
