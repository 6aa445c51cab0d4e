import type { QueryResultRow } from 'pg';
import { settleWithin } from '../timeout.js';
import { connectionOptions } from '../postgres/connection-options.js';
import { connectionPool } from '../postgres/connection-pool.js';

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
  const options = connectionOptions({
    url,
    applicationName: 'upheld health',
    connectTimeoutMs: within,
    statementTimeoutMs: within,
    answerTimeoutMs: within,
  });
  const pool = connectionPool({ ...options, max: 2 });
  return {
    query: async (sql, parameters) => (await pool.query<QueryResultRow>(sql, parameters)).rows,
    close: async () => {
      await settleWithin(FAREWELL, pool.end());
    },
  };
}
