import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { settleWithin } from '../timeout.js';
import { connectionOptions } from './connection-options.js';
import type { QueryExecutor } from './query-executor.js';

/** How often `acquire` tries to take a lease that another process holds, in milliseconds. */
const RETRY_INTERVAL_MS = 250;
/** How often the holder checks its connection, in milliseconds. */
const KEEPALIVE_INTERVAL_MS = 5_000;
/** How long the server may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Longest that closing the connection may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * The right to do something that one process does at a time: an advisory lock on a connection of its own. It
 * ends with the process, the connection or `release`; the next process that tries then takes it.
 */
export class AdvisoryLockLease {
  private readonly keepalive: NodeJS.Timeout;

  private constructor(
    private readonly connection: Connection,
    /** Aborted when the connection ends, and the lease with it. */
    readonly lost: AbortSignal,
  ) {
    this.keepalive = setInterval(() => {
      connection.client.query('select').catch(connection.markLost);
    }, KEEPALIVE_INTERVAL_MS);
    this.keepalive.unref();
  }

  /** Waits until a lease is free and takes it; null when `signal` aborts first. */
  static async acquire(
    databaseUrl: string,
    name: string,
    signal: AbortSignal,
  ): Promise<AdvisoryLockLease | null> {
    return AdvisoryLockLease.take(databaseUrl, name, async () => {
      await pause(RETRY_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      return !signal.aborted;
    });
  }

  /** Takes a lease; null when another process holds it. */
  static async tryAcquire(databaseUrl: string, name: string): Promise<AdvisoryLockLease | null> {
    return AdvisoryLockLease.take(databaseUrl, name, () => Promise.resolve(false));
  }

  /** Whether any process holds a lease. */
  static async isHeld(name: string, database: QueryExecutor): Promise<boolean> {
    const [row] = (await database.query(
      `select exists (
         select from pg_locks
         where locktype = 'advisory' and granted and objsubid = 1
           and database = (select oid from pg_database where datname = current_database())
           and (classid::bigint << 32) | objid::bigint = $1::bigint
       ) as held`,
      [keyOf(name)],
    )) as { held: boolean }[];
    return row?.held === true;
  }

  private static async take(
    databaseUrl: string,
    name: string,
    tryAgain: () => Promise<boolean>,
  ): Promise<AdvisoryLockLease | null> {
    const connection = await connect(databaseUrl, name);
    try {
      do {
        const { rows } = await connection.client.query<{ taken: boolean }>(
          'select pg_try_advisory_lock($1) as taken',
          [keyOf(name)],
        );
        if (rows[0]?.taken === true) return new AdvisoryLockLease(connection, connection.lost);
      } while (await tryAgain());
    } catch (error) {
      await close(connection);
      throw error;
    }
    await close(connection);
    return null;
  }

  /** Ends the lease, so that another process can take it. A second call does nothing. */
  async release(): Promise<void> {
    clearInterval(this.keepalive);
    await close(this.connection);
  }
}

type Connection = Readonly<{ client: pg.Client; lost: AbortSignal; markLost: () => void }>;

async function connect(databaseUrl: string, name: string): Promise<Connection> {
  const client = new pg.Client(
    connectionOptions({
      url: databaseUrl,
      applicationName: `upheld ${name}`,
      connectTimeoutMs: 5_000,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
    }),
  );
  const lost = new AbortController();
  const markLost = () => {
    lost.abort();
  };
  client.on('error', markLost).on('end', markLost);
  await client.connect();
  return { client, lost: lost.signal, markLost };
}

async function close({ client }: Connection): Promise<void> {
  await settleWithin(CLOSE_TIMEOUT_MS, client.end());
}

/** The number of a lock, from its name; a lock belongs to the database of its connection. */
function keyOf(name: string): string {
  return String(createHash('sha256').update(`upheld ${name}`).digest().readBigInt64BE(0));
}
