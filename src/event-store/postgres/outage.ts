import { types } from 'node:util';
import { isServerOutage } from '../../platform/database-outage.js';
import { despiteOutages as patiently } from '../patience.js';
import type { Patience } from '../patience.js';

/**
 * Whether the database did not answer, or answered that it cannot: what was asked may have happened or not. The
 * log asks nothing but queries, so an error without a class of its own is the driver's, whatever it says.
 */
export function isOutage(error: unknown): boolean {
  if (isServerOutage(error)) return true;
  return types.isNativeError(error) && (error.name === 'Error' || error.name === 'AggregateError');
}

/**
 * Tries again after an outage, until patience ends; it must be safe to.
 * @throws Unavailable after the last attempt, and when the store is closed before it.
 */
export function despiteOutages<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  return patiently(attempt, patience, isOutage);
}
