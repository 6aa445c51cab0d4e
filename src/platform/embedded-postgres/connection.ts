import { Client } from 'pg';
import { Unavailable } from '../errors.js';
import { connectionOptions } from '../postgres/connection-options.js';
import { DATABASE, ROLE } from './cluster.js';
import { systemCode } from '../system-error.js';
import { pollUntil } from '../poll-until.js';

const CONNECTABLE_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;

const TOO_MANY_CONNECTIONS = '53300';
const WRONG_PASSWORD = ['28P01', '28000'];

/** The URL of the application's database on a server on this machine. */
export function urlOf(port: number, password: string): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/**
 * Waits until the application's role can connect. A server that accepts the password is also shown to be the one of
 * this data folder.
 * @throws Unavailable `embedded-postgres-password` or `embedded-postgres-not-answering`
 */
export async function awaitConnectable(url: string, signal: AbortSignal | undefined): Promise<void> {
  let last: Failure | undefined;
  const connectable = await pollUntil(
    async () => {
      last = await failureToConnect(url);
      if (last === undefined || last.code === TOO_MANY_CONNECTIONS) return true;
      if (!WRONG_PASSWORD.includes(last.code ?? '')) return undefined;
      throw new Unavailable(
        'embedded-postgres-password',
        `the running PostgreSQL does not accept the password of the data folder: restore the file postgres/password in it`,
      );
    },
    { timeoutMs: CONNECTABLE_TIMEOUT_MS, signal },
  );
  if (connectable === true) return;
  throw new Unavailable(
    'embedded-postgres-not-answering',
    `PostgreSQL runs, but does not take connections: ${last?.message ?? ''}`,
  );
}

interface Failure {
  readonly code: string | undefined;
  readonly message: string;
}

async function failureToConnect(url: string): Promise<Failure | undefined> {
  const client = new Client(
    connectionOptions({ url, applicationName: 'upheld start', connectTimeoutMs: CONNECT_TIMEOUT_MS }),
  );
  // The call reports the error as well; without a listener the event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    return { code: systemCode(error), message: String(error) };
  }
}
