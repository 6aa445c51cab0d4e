import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { Unavailable } from '../platform/refusal.js';

/** SQLSTATE classes of a server that cannot serve at present: connection, resources, shutdown, lost transaction. */
const OUTAGES = /^(08|53|57P0|57014|55P03|25006|40|58)/;
/** What the driver says, without a code, of a connection that is gone or cannot be had. */
const CONNECTION = /connection (terminated|error)|not queryable|timeout exceeded|connection is closed/i;

/**
 * Whether PostgreSQL or the log did not answer, so that the same page may pass later; anything else is the
 * page's own fault.
 */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof Unavailable) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof DatabaseError) return OUTAGES.test(cause.code ?? '');
  if (!(cause instanceof Error)) return false;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return /^E[A-Z_]+$/.test(code) || CONNECTION.test(cause.message);
}
