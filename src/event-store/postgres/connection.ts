import type { ClientConfig, Pool, PoolConfig } from 'pg';
import { connectionOptions } from '../../platform/postgres/connection-options.js';
import { connectionPool } from '../../platform/postgres/connection-pool.js';

/** How the log connects; times in milliseconds. */
export type LogConnectionOptions = Readonly<{
  /** `postgres://…`; TLS settings and credentials in it are honoured. */
  connectionString: string;
  connectTimeoutMs: number;
  /** For each statement, waiting for a lock included; one second later the driver gives up the query. */
  statementTimeoutMs: number;
}>;

/**
 * The log is read by its indexes alone. A plan made while the log was small would otherwise read all of it, and a
 * prepared statement keeps its plan while an import makes the log large.
 */
const BY_INDEX = { enable_seqscan: 'off', enable_bitmapscan: 'off' };

/** The driver's configuration of a connection to the log. */
export function clientConfig(options: LogConnectionOptions): ClientConfig {
  return connectionOptions({
    url: options.connectionString,
    applicationName: 'upheld-event-log',
    connectTimeoutMs: options.connectTimeoutMs,
    statementTimeoutMs: options.statementTimeoutMs,
    answerTimeoutMs: options.statementTimeoutMs + 1_000,
    // A writer that stalls within its transaction blocks every other writer: the server ends it.
    idleInTransactionTimeoutMs: options.statementTimeoutMs,
    settings: BY_INDEX,
  });
}

/** A pool of connections to the log. */
export function logConnectionPool(options: LogConnectionOptions, config: PoolConfig): Pool {
  return connectionPool({ ...clientConfig(options), ...config });
}
