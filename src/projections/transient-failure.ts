import { isServerOutage } from '../platform/postgres/outage.js';
import { Unavailable } from '../platform/errors.js';

/**
 * Whether PostgreSQL or the log did not answer, so that the same page may pass later; anything else is the
 * page's own fault, or stays so however often it is tried.
 */
export function isTransientFailure(error: unknown): boolean {
  return error instanceof Unavailable ? error.isTransient : isServerOutage(error);
}
