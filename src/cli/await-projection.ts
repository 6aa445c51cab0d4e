import { Unavailable } from '../platform/errors.js';
import { abortable } from '../platform/abortable.js';

/**
 * Waits until a projection has caught up or the signal aborts. A projection that is too far behind, or stopped by an
 * event, is reported and not waited for any longer.
 *
 * @param caughtUp rejects with Unavailable when the projection does not catch up.
 * @param report receives the reason.
 */
export async function awaitProjection(
  caughtUp: Promise<void>,
  signal: AbortSignal,
  report: (reason: string) => void,
): Promise<void> {
  try {
    await abortable(caughtUp, signal);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    report(error.message);
  }
}
