import { EventStoreDBClient } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { CallOptions, Metadata } from '@grpc/grpc-js';
import { settleWithin } from '../../platform/timeout.js';
import { InvalidInput } from '../../platform/errors.js';

/**
 * Parts of the client that its own methods are made of and its types hide. Used where those methods are not to
 * be had: see append-channel.ts.
 */
export type ClientParts = {
  GRPCStreamCreator: <Call>(
    service: typeof StreamsClient,
    name: string,
    create: (client: StreamsClient) => Call,
    cache: WeakMap<StreamsClient, Promise<Call> | Call>,
  ) => () => Promise<Call>;
  callArguments: (
    base: Readonly<{ requiresLeader: boolean }>,
    options: Readonly<{ deadline: number }>,
  ) => [Metadata, CallOptions];
  getChannel: () => Promise<{ close: () => void }>;
  handleError: (client: unknown, error: unknown) => Promise<void>;
};

export const partsOf = (client: EventStoreDBClient): ClientParts => client as unknown as ClientParts;

/** Options that the client knows, in whatever case and with whatever dashes they are written. */
const OPTIONS: ReadonlySet<string> = new Set(
  [
    'userCertFile',
    'userKeyFile',
    'maxDiscoverAttempts',
    'connectionName',
    'defaultDeadline',
    'discoveryInterval',
    'gossipTimeout',
    'nodePreference',
    'tls',
    'tlsVerifyCert',
    'tlsCAFile',
    'throwOnAppendFailure',
    'keepAliveInterval',
    'keepAliveTimeout',
  ].map(flat),
);

function flat(option: string): string {
  return option.trim().toLowerCase().replaceAll(/[_-]/g, '');
}

/**
 * Refuses what the client takes amiss. It reads a bare @ among the options as the end of a password, and prints
 * the whole string, with its password, where it does not know an option or does not do it.
 */
function refuseTraps(url: string): void {
  // As the client does, which leaves slashes at the end out.
  const [, options, ...more] = url.trim().replace(/\/+$/, '').split('?');
  if (options === undefined) return;
  if (more.length > 0 || options.includes('@'))
    throw unusable('must have every further ? and @ percent-encoded');
  for (const option of options.split('&')) {
    const [name = '', value = ''] = option.split('=');
    const isOff = value.trim() === 'false';
    if (!OPTIONS.has(flat(name))) throw unusable('has an option that is not known');
    if (isOff && flat(name) === 'throwonappendfailure')
      // The client would answer a wrong revision with a revision that is wrong.
      throw unusable('must not set throwOnAppendFailure to false');
    if (isOff && flat(name) === 'tlsverifycert')
      throw unusable('must name the CA by tlsCAFile, not switch tlsVerifyCert off');
  }
}

/**
 * A client for a connection string (`esdb://…` or `esdb+discover://…`, TLS and credentials in it honoured). It
 * connects when it is first used, and again by itself.
 *
 * @throws InvalidInput when it is no such string; the message holds no part of it, which may be a password.
 */
export function connect(url: string): EventStoreDBClient {
  refuseTraps(url);
  const client = opened(url);
  const parts = partsOf(client);
  const { handleError } = parts;
  // The client waits for it nowhere: while no node can be discovered, it would end the process.
  parts.handleError = (call, error) => handleError(call, error).catch(() => undefined);
  return client;
}

function opened(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch {
    throw unusable('is not well-formed, or names a certificate file that is not there');
  }
}

function unusable(detail: string): InvalidInput {
  return new InvalidInput(
    `the connection string of EventStoreDB ${detail}`,
    [{ pointer: 'EVENTSTORE_URL', detail }],
    'invalid-configuration',
  );
}

/** Longest that a farewell to the server may take, in milliseconds. */
const FAREWELL = 1_000;

/** Ends all calls and the connection. */
export async function disconnect(client: EventStoreDBClient): Promise<void> {
  const farewell = async () => {
    await client.dispose();
    const channel = await partsOf(client).getChannel();
    channel.close();
  };
  await settleWithin(FAREWELL, farewell());
}
