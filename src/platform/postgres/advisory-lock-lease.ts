import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { settleWithin } from '../timeout.js';
import { TCP_KEEPALIVE } from './session-options.js';
import type { QueryExecutor } from '../../projections/checkpoint.js';

/** How often a lease that another process holds is asked for again, in milliseconds. */
const ASK_EVERY = 250;
/** How often the holder makes sure of its connection, and how long the server may take to answer, in milliseconds. */
const BEAT = { every: 5_000, within: 5_000 };
/** Longest that the farewell may take, in milliseconds. */
const FAREWELL = 1_000;

/**
 * The right to do something that one process does at a time: an advisory lock on a connection of its own. It
 * ends with the process, the connection or `release`, and the next to ask takes over.
 */
export class AdvisoryLockLease {
  private readonly beat: NodeJS.Timeout;

  private constructor(
    private readonly connection: Connection,
    /** Aborted when the connection is gone, and the lease with it. */
    readonly lost: AbortSignal,
  ) {
    this.beat = setInterval(() => {
      connection.client.query('select').catch(connection.gone);
    }, BEAT.every);
    this.beat.unref();
  }

  /** Waits for a lease until it is free, or null when `signal` aborts first. */
  static async acquire(
    databaseUrl: string,
    name: string,
    signal: AbortSignal,
  ): Promise<AdvisoryLockLease | null> {
    return AdvisoryLockLease.take(databaseUrl, name, async () => {
      await pause(ASK_EVERY, undefined, { signal }).catch(() => undefined);
      return !signal.aborted;
    });
  }

  /** Takes a lease, or null when another process holds it. */
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
    again: () => Promise<boolean>,
  ): Promise<AdvisoryLockLease | null> {
    const connection = await connect(databaseUrl, name);
    try {
      do {
        const { rows } = await connection.client.query<{ taken: boolean }>(
          'select pg_try_advisory_lock($1) as taken',
          [keyOf(name)],
        );
        if (rows[0]?.taken === true) return new AdvisoryLockLease(connection, connection.lost);
      } while (await again());
    } catch (error) {
      await end(connection);
      throw error;
    }
    await end(connection);
    return null;
  }

  /** Lets the next to ask take over; nothing happens the second time. */
  async release(): Promise<void> {
    clearInterval(this.beat);
    await end(this.connection);
  }
}

type Connection = Readonly<{ client: pg.Client; lost: AbortSignal; gone: () => void }>;

async function connect(databaseUrl: string, name: string): Promise<Connection> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `upheld ${name}`,
    connectionTimeoutMillis: 5_000,
    query_timeout: BEAT.within,
    keepAlive: true,
    options: TCP_KEEPALIVE,
  });
  const lost = new AbortController();
  const gone = () => {
    lost.abort();
  };
  client.on('error', gone).on('end', gone);
  await client.connect();
  return { client, lost: lost.signal, gone };
}

async function end({ client }: Connection): Promise<void> {
  await settleWithin(FAREWELL, client.end());
}

/** A lock's number from its name; within the database that the connection is to. */
function keyOf(name: string): string {
  return String(createHash('sha256').update(`upheld ${name}`).digest().readBigInt64BE(0));
}
