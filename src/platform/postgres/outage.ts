import { types } from 'node:util';
import { DatabaseError } from 'pg';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { reasonOf } from '../one-line.js';
import { Unavailable } from '../errors.js';

/**
 * SQLSTATEs, or their first characters, of a server that cannot serve at present: lost connection, no resources,
 * shutting down or starting, time-out, lost transaction, disk error, read-only after a fail-over.
 */
const OUTAGES = /^(08|53|57P0|57014|55P03|25006|25P0[34]|40|58)/;
/** Messages of the driver, which have no code, about a connection that is lost or cannot be made. */
const CONNECTION =
  /connection (terminated|error)|not queryable|timeout ex(ceeded|pired)|read timeout|connection is closed/i;
/** Errors of the operating system about connections and name look-ups; errors about files are not the database's. */
const SYSTEM: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Whether PostgreSQL did not answer, or answered that it cannot serve. The statement may have been executed or not. */
export function isServerOutage(error: unknown): boolean {
  if (isCutBetweenQueries(error)) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof DatabaseError) return OUTAGES.test(cause.code ?? '');
  if (!types.isNativeError(cause)) return false;
  // The socket of a server on this machine is a file, which is missing while that server is down.
  if ('syscall' in cause && cause.syscall === 'connect') return true;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return SYSTEM.has(code) || CONNECTION.test(cause.message);
}

/** TypeORM releases a query runner whose connection breaks between two queries; the next query reports only that. */
function isCutBetweenQueries(error: unknown): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/** The error `database-unavailable`, with the reason. */
export function databaseUnavailable(error: unknown): Unavailable {
  const message = `the database does not answer: ${reasonOf(error)}`;
  return new Unavailable('database-unavailable', message, { cause: error });
}

/**
 * Does some work on the database and translates an outage of the server.
 * @throws Unavailable `database-unavailable` on an outage; any other error of the work as it is.
 */
export async function translateOutages<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isServerOutage(error) ? databaseUnavailable(error) : error;
  }
}
