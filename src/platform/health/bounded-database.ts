import pg from 'pg';
import { settleWithin } from '../timeout.js';
import { PUBLIC_SEARCH_PATH } from '../postgres/session-options.js';

/** Longest that a farewell may take, in milliseconds. */
const FAREWELL = 1_000;

/** A query of rows that is given up in good time. */
export type BoundedDatabase = Readonly<{
  /** @throws whatever the driver says, at the latest after the time it was opened with. */
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
  close(): Promise<void>;
}>;

/**
 * Connections for those who ask how things are. They are not the ones that requests use: a server that is gone
 * without a word would keep one of those for a quarter of an hour, and a health check asks often. One of these is
 * given up after `within` milliseconds, and the next question is asked on another. Nothing connects before it is
 * asked, nor stays connected long after.
 */
export function openBoundedDatabase(url: string, within: number): BoundedDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'upheld health',
    max: 2,
    connectionTimeoutMillis: within,
    statement_timeout: within,
    query_timeout: within,
    keepAlive: true,
    options: PUBLIC_SEARCH_PATH,
  });
  // Told by the query that fails, or by the next one.
  const broken = () => undefined;
  pool.on('error', broken);
  pool.on('connect', (client) => client.on('error', broken));
  return {
    query: async (sql, parameters) => (await pool.query<pg.QueryResultRow>(sql, parameters)).rows,
    close: async () => {
      await settleWithin(FAREWELL, pool.end());
    },
  };
}
