import { isServerOutage } from '../platform/postgres/outage.js';
import { Unavailable } from '../platform/errors.js';

/**
 * Whether PostgreSQL or the log did not answer, so that the same page can succeed later. Any other failure is the page's
 * own, or stays however often it is tried.
 */
export function isTransientFailure(error: unknown): boolean {
  return error instanceof Unavailable ? error.isTransient : isServerOutage(error);
}
