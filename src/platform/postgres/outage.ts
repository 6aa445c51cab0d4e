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
 * SQLSTATEs, or their beginnings, of a server that cannot serve at present: connection, resources, shut down or
 * starting, time-outs, transaction lost, disk, read-only after a fail-over.
 */
const OUTAGES = /^(08|53|57P0|57014|55P03|25006|25P0[34]|40|58)/;
/** What the driver says, without a code, of a connection that is gone or cannot be had. */
const CONNECTION =
  /connection (terminated|error)|not queryable|timeout ex(ceeded|pired)|read timeout|connection is closed/i;
/** A system's errors of connections and of the look-up of names; those of files are not the database's. */
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

/** Whether PostgreSQL did not answer, or answered that it cannot: what was asked may have happened or not. */
export function isServerOutage(error: unknown): boolean {
  if (isCutBetweenQueries(error)) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof DatabaseError) return OUTAGES.test(cause.code ?? '');
  if (!types.isNativeError(cause)) return false;
  // The socket of a server on this machine is a file, which is gone while that server is.
  if ('syscall' in cause && cause.syscall === 'connect') return true;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return SYSTEM.has(code) || CONNECTION.test(cause.message);
}

/** TypeORM takes back a runner whose connection breaks while it is not asked anything, and then says only that. */
function isCutBetweenQueries(error: unknown): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/** That the database does not answer, and why. */
export function databaseUnavailable(error: unknown): Unavailable {
  const message = `the database does not answer: ${reasonOf(error)}`;
  return new Unavailable('database-unavailable', message, { cause: error });
}

/**
 * Does work of which nobody else would tell that the database is out.
 * @throws Unavailable `database-unavailable` when it is; whatever the work throws besides.
 */
export async function translateOutages<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isServerOutage(error) ? databaseUnavailable(error) : error;
  }
}
