import { Pool } from 'pg';
import type { ClientConfig, PoolConfig } from 'pg';

/** How the log connects; times in milliseconds. */
export type ConnectionOptions = Readonly<{
  /** `postgres://…`; TLS and credentials in it are honoured. */
  connectionString: string;
  connectTimeoutMs: number;
  /** For each statement, waiting for a lock included; a second later the connection is given up. */
  statementTimeoutMs: number;
}>;

/**
 * The log is read by its indexes alone. A plan made while it was small would otherwise read all of it, and a
 * prepared statement keeps its plan while an import makes the log large.
 */
const BY_INDEX = '-c enable_seqscan=off -c enable_bitmapscan=off';

export function clientConfig(options: ConnectionOptions): ClientConfig {
  return {
    connectionString: options.connectionString,
    application_name: 'upheld-event-log',
    options: BY_INDEX,
    keepAlive: true,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + 1_000,
    // A writer that stalls within its transaction holds up every other: the server ends it.
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
  };
}

/** A pool that outlives its connections: one that breaks is replaced when it is next needed. */
export function connectionPool(options: ConnectionOptions, config: PoolConfig): Pool {
  const pool = new Pool({ ...clientConfig(options), ...config });
  const brokenIsReplaced = () => undefined;
  pool.on('error', brokenIsReplaced);
  pool.on('connect', (client) => client.on('error', brokenIsReplaced));
  return pool;
}
