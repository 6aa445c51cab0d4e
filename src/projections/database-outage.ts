import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { UnknownEvent } from '../event-store/event-type.js';
import { Unavailable } from '../platform/refusal.js';

/** SQLSTATE classes of a server that cannot serve at present: connection, resources, shutdown, lost transaction. */
const OUTAGES = /^(08|53|57P0|57014|55P03|25006|25P0[34]|40|58)/;
/** What the driver says, without a code, of a connection that is gone or cannot be had. */
const CONNECTION = /connection (terminated|error)|not queryable|timeout exceeded|connection is closed/i;
/** A system's error, such as ECONNRESET; what Node itself says of a defect begins with ERR_. */
const SYSTEM = /^E(?!RR_)[A-Z]+$/;

/**
 * Whether PostgreSQL or the log did not answer, so that the same page may pass later; anything else is the
 * page's own fault. An event nobody knows stays unknown however often it is tried.
 */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof UnknownEvent) return false;
  if (error instanceof Unavailable) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof DatabaseError) return OUTAGES.test(cause.code ?? '');
  if (!(cause instanceof Error)) return false;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return SYSTEM.test(code) || CONNECTION.test(cause.message);
}
