import { Client } from 'pg';
import { Unavailable } from '../errors.js';
import { DATABASE, ROLE } from './cluster.js';
import { systemCode } from './system-error.js';
import { pollUntil } from '../poll-until.js';

const ANSWER_AT_MOST = 60_000;
const CONNECT_AT_MOST = 5_000;

const TOO_MANY_CONNECTIONS = '53300';
const WRONG_PASSWORD = ['28P01', '28000'];

/** The address of the application's database on a server of this machine. */
export function urlOf(port: number, password: string): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/**
 * Waits until the server answers its role. That it takes the password also shows that it is the server of
 * this data folder.
 * @throws Unavailable `embedded-postgres-password` or `embedded-postgres-not-answering`
 */
export async function awaitAnswer(url: string, signal: AbortSignal | undefined): Promise<void> {
  let last: Failure | undefined;
  const answered = await pollUntil(
    async () => {
      last = await failureToConnect(url);
      if (last === undefined || last.code === TOO_MANY_CONNECTIONS) return true;
      if (!WRONG_PASSWORD.includes(last.code ?? '')) return undefined;
      throw new Unavailable(
        'embedded-postgres-password',
        `the running PostgreSQL does not take the password of the data folder: restore the file postgres/password in it`,
      );
    },
    { timeoutMs: ANSWER_AT_MOST, signal },
  );
  if (answered === true) return;
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
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_AT_MOST });
  // Said by the call as well; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    return { code: systemCode(error), message: String(error) };
  }
}
