import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** How often a lease that another process holds is asked for again, in milliseconds. */
const ASK_EVERY = 500;

/**
 * The right to do something that one process does at a time: an advisory lock on a connection of its own. It
 * ends with the process, the connection or `release`, and the next to ask takes over.
 */
export class Lease {
  private constructor(
    private readonly client: pg.Client,
    /** Aborted when the connection is gone, and the lease with it. */
    readonly lost: AbortSignal,
  ) {}

  /** Waits for a lease until it is free, or null when `signal` aborts first. */
  static async acquire(databaseUrl: string, name: string, signal: AbortSignal): Promise<Lease | null> {
    while (!signal.aborted) {
      const lease = await Lease.tryAcquire(databaseUrl, name);
      if (lease !== null) return lease;
      await pause(ASK_EVERY, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  /** Takes a lease, or null when another process holds it. */
  static async tryAcquire(databaseUrl: string, name: string): Promise<Lease | null> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: `upheld ${name}`,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    const lost = new AbortController();
    const gone = () => {
      lost.abort();
    };
    client.on('error', gone).on('end', gone);
    await client.connect();
    try {
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
        keyOf(name),
      ]);
      if (rows[0]?.taken === true) return new Lease(client, lost.signal);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    await client.end();
    return null;
  }

  async release(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

/** A lock's number from its name; within the database that the connection is to. */
function keyOf(name: string): string {
  return String(createHash('sha256').update(`upheld ${name}`).digest().readBigInt64BE(0));
}
