import { isServerOutage } from '../platform/database-outage.js';
import { Unavailable } from '../platform/refusal.js';

/**
 * Whether PostgreSQL or the log did not answer, so that the same page may pass later; anything else is the
 * page's own fault, or stays so however often it is tried.
 */
export function isDatabaseOutage(error: unknown): boolean {
  return error instanceof Unavailable ? error.passes : isServerOutage(error);
}
