import { types } from 'node:util';
import { DatabaseError } from 'pg';
import { isServerOutage } from '../../platform/postgres/outage.js';
import { retryOnOutage as patiently } from '../../platform/retry-policy.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';

/**
 * Whether the database did not answer, or answered that it cannot: what was asked may have happened or not. The
 * log asks nothing but queries, so an error without a class of its own is the driver's, whatever it says.
 */
export function isTransientPostgresFailure(error: unknown): boolean {
  if (isServerOutage(error) || isInRecovery(error)) return true;
  return types.isNativeError(error) && (error.name === 'Error' || error.name === 'AggregateError');
}

/**
 * Whether a server in recovery (a standby, before a fail-over makes it the primary) refuses to begin a transaction that
 * is to write. To it this is a setting that it lacks; the message may be in any language, the routine is not.
 */
function isInRecovery(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '0A000' && error.routine === 'call_bool_check_hook';
}

/**
 * Tries again after an outage, until patience ends; it must be safe to.
 * @throws Unavailable after the last attempt, and when the store is closed before it.
 */
export function retryPostgres<T>(attempt: () => Promise<T>, patience: RetryPolicy): Promise<T> {
  return patiently(attempt, patience, isTransientPostgresFailure);
}
