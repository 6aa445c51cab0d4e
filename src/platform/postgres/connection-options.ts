import type { ClientConfig } from 'pg';

/** What one user of PostgreSQL needs of its connections; times in milliseconds. */
export type ConnectionOptions = Readonly<{
  /** `postgres://…`; TLS settings and credentials in it are honoured. */
  url: string;
  /** Shown in `pg_stat_activity`, so that an operator can tell the connections apart. */
  applicationName: string;
  /** Default: 10,000. */
  connectTimeoutMs?: number;
  /** After so long the server cancels a statement, waiting for locks included. Default: never. */
  statementTimeoutMs?: number;
  /** After so long without an answer the driver fails the query. Default: never. */
  answerTimeoutMs?: number;
  /** After so long the server ends a connection that is idle within a transaction. Default: never. */
  idleInTransactionTimeoutMs?: number;
  /** Session settings that only this user needs. */
  settings?: Readonly<Record<string, string>>;
}>;

const SESSION_SETTINGS = {
  // All tables are in `public`, whatever search path the role or the database has.
  search_path: 'public',
  // When a client's machine is gone, the server notices within 30 seconds and releases its locks.
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '4',
};

/** The driver's configuration of every connection to PostgreSQL: for a client, a pool or TypeORM. */
export function connectionOptions(options: ConnectionOptions): ClientConfig {
  const settings = { ...SESSION_SETTINGS, ...options.settings };
  return {
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.answerTimeoutMs,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs,
    keepAlive: true,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  };
}
