import { EventStoreDBClient } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { CallOptions, Metadata } from '@grpc/grpc-js';
import { InvalidInput } from '../../platform/refusal.js';

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

const SCHEME = /^esdb(\+discover)?:\/\//;

/** Under this option the client answers a wrong revision with a revision that is wrong. */
const NO_THROW = /[?&]throw[-_]?on[-_]?append[-_]?failure=false/i;

/** The client does not do it, and prints the whole string with its password while it says so. */
const NO_VERIFICATION = /[?&]tls[-_]?verify[-_]?cert=false/i;

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

/** Whether an option is one that the client does not know: it would print the whole string too, and go on without. */
function hasUnknownOption(url: string): boolean {
  const [, options = ''] = url.slice(url.lastIndexOf('@') + 1).split('?');
  const names = options.split('&').map((option) => option.split('=')[0] ?? '');
  return names.some((name) => name !== '' && !OPTIONS.has(flat(name)));
}

/**
 * A client for a connection string (`esdb://…` or `esdb+discover://…`, TLS and credentials in it honoured). It
 * connects when it is first used, and again by itself.
 *
 * @throws InvalidInput when it is no such string; the message holds no part of it, which may be a password.
 */
export function connect(url: string): EventStoreDBClient {
  if (!SCHEME.test(url)) throw unusable('must begin with esdb:// or esdb+discover://');
  if (NO_THROW.test(url)) throw unusable('must not set throwOnAppendFailure to false');
  if (NO_VERIFICATION.test(url))
    throw unusable('must name the CA by tlsCAFile, not switch tlsVerifyCert off');
  if (hasUnknownOption(url)) throw unusable('has an option that is not known');
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
  const farewell = (async () => {
    await client.dispose();
    const channel = await partsOf(client).getChannel();
    channel.close();
  })().catch(() => undefined);
  await Promise.race([farewell, new Promise((resolve) => setTimeout(resolve, FAREWELL).unref())]);
}
