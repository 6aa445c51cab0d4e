import { EventStoreDBClient } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { CallOptions, Metadata } from '@grpc/grpc-js';
import { settleWithin } from '../../platform/timeout.js';
import { InvalidInput } from '../../platform/errors.js';

/**
 * Internals of the client that its types hide. append-channel.ts needs them because the client's own methods do not
 * suffice.
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

/** The internals of a client. */
export const partsOf = (client: EventStoreDBClient): ClientParts => client as unknown as ClientParts;

/** Options that the client knows. It ignores case, dashes and underscores in their names. */
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
  ].map(normalised),
);

function normalised(option: string): string {
  return option.trim().toLowerCase().replaceAll(/[_-]/g, '');
}

/**
 * Refuses options that the client handles badly. It reads a bare @ among the options as the end of a password. It
 * prints the whole string, with the password, when it does not know an option or does not support it.
 */
function checkOptions(url: string): void {
  // The client also ignores slashes at the end.
  const [, options, ...more] = url.trim().replace(/\/+$/, '').split('?');
  if (options === undefined) return;
  if (more.length > 0 || options.includes('@'))
    throw invalidUrl('must have every further ? and @ percent-encoded');
  for (const option of options.split('&')) {
    const [name = '', value = ''] = option.split('=');
    const isOff = value.trim() === 'false';
    if (!OPTIONS.has(normalised(name))) throw invalidUrl('has an unknown option');
    if (isOff && normalised(name) === 'throwonappendfailure')
      // The client would return a wrong revision instead of an error.
      throw invalidUrl('must not set throwOnAppendFailure to false');
    if (isOff && normalised(name) === 'tlsverifycert')
      throw invalidUrl('must name the CA by tlsCAFile, not turn tlsVerifyCert off');
  }
}

/**
 * A client for a connection string (`esdb://…` or `esdb+discover://…`, TLS and credentials in it honoured). It
 * connects when it is first used, and reconnects by itself.
 *
 * @throws InvalidInput when the string is not valid. The message contains no part of it, which may be a password.
 */
export function connect(url: string): EventStoreDBClient {
  checkOptions(url);
  const client = newClient(url);
  const parts = partsOf(client);
  const { handleError } = parts;
  // The client does not handle its rejection, which would end the process while no node can be discovered.
  parts.handleError = (call, error) => handleError(call, error).catch(() => undefined);
  return client;
}

function newClient(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch {
    throw invalidUrl('is not well-formed, or names a certificate file that does not exist');
  }
}

function invalidUrl(detail: string): InvalidInput {
  return new InvalidInput(
    `the connection string of EventStoreDB ${detail}`,
    [{ pointer: 'EVENTSTORE_URL', detail }],
    'invalid-configuration',
  );
}

/** How long closing may take. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Ends all calls and the connection. */
export async function disconnect(client: EventStoreDBClient): Promise<void> {
  const close = async () => {
    await client.dispose();
    const channel = await partsOf(client).getChannel();
    channel.close();
  };
  await settleWithin(CLOSE_TIMEOUT_MS, close());
}
