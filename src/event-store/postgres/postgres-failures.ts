import { types } from 'node:util';
import { DatabaseError } from 'pg';
import { isServerOutage } from '../../platform/postgres/outage.js';
import { retry, type RetryPolicy } from '../../platform/retry-policy.js';
import { storeUnavailable } from '../event-store.errors.js';

/**
 * Whether the database did not answer, or answered that it cannot serve at present. The statement may have taken
 * effect or not. The log sends nothing but queries, so an error without a class of its own comes from the driver, and
 * says that the connection failed.
 */
export function isTransientPostgresFailure(error: unknown): boolean {
  if (isServerOutage(error) || isInRecovery(error)) return true;
  return types.isNativeError(error) && (error.name === 'Error' || error.name === 'AggregateError');
}

/**
 * Whether a server in recovery (a standby, before a fail-over makes it the primary) refuses a read-write transaction.
 * It reports this as a feature that is not supported. The message may be in any language; the routine is not.
 */
function isInRecovery(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '0A000' && error.routine === 'call_bool_check_hook';
}

/**
 * Tries again after a transient failure. The work must be safe to repeat.
 * @param closing ends the retries when aborted.
 * @throws Unavailable after the last attempt; the reason of `closing` when it aborts before another attempt.
 */
export async function retryPostgres<T>(
  work: () => Promise<T>,
  policy: RetryPolicy,
  closing?: AbortSignal,
): Promise<T> {
  try {
    return await retry(work, { policy, isTransient: isTransientPostgresFailure, signal: closing });
  } catch (error) {
    throw isTransientPostgresFailure(error) ? storeUnavailable(error) : error;
  }
}
