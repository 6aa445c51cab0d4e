import { Pool, type PoolConfig } from 'pg';

/** A pool that outlives its connections: it replaces a broken one when one is needed next. */
export function connectionPool(config: PoolConfig): Pool {
  const pool = new Pool(config);
  // The query that fails reports the break; an error event without a listener would end the process.
  const ignoreBreak = () => undefined;
  pool.on('error', ignoreBreak);
  pool.on('connect', (client) => client.on('error', ignoreBreak));
  return pool;
}
