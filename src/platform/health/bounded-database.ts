import type { QueryResultRow } from 'pg';
import { settleWithin } from '../timeout.js';
import { connectionOptions } from '../postgres/connection-options.js';
import { connectionPool } from '../postgres/connection-pool.js';

/** How long closing may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A database whose queries end within a time limit. */
export type BoundedDatabase = Readonly<{
  /** @throws the driver's error, at the latest after the time limit. */
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
  close(): Promise<void>;
}>;

/**
 * Opens connections for health probes, apart from those of requests. A server that vanishes without closing its
 * connections would block a request's connection for a quarter of an hour, and probes query often. A connection that does
 * not answer within `timeoutMs` is dropped, and the next query uses another. None is opened before the first query, nor
 * kept long after one.
 */
export function openBoundedDatabase(url: string, timeoutMs: number): BoundedDatabase {
  const options = connectionOptions({
    url,
    applicationName: 'upheld health',
    connectTimeoutMs: timeoutMs,
    statementTimeoutMs: timeoutMs,
    answerTimeoutMs: timeoutMs,
  });
  const pool = connectionPool({ ...options, max: 2 });
  return {
    query: async (sql, parameters) => (await pool.query<QueryResultRow>(sql, parameters)).rows,
    close: async () => {
      await settleWithin(CLOSE_TIMEOUT_MS, pool.end());
    },
  };
}
