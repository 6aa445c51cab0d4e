import { Unavailable } from '../platform/errors.js';
import { abortable } from '../platform/abortable.js';

/**
 * Waits for the statistics to hold what they should, until the signal aborts. They may be far behind, or stopped by an
 * event: then that is told, and what follows goes on without them.
 */
export async function awaitProjection(
  held: Promise<void>,
  signal: AbortSignal,
  tell: (why: string) => void,
): Promise<void> {
  try {
    await abortable(held, signal);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    tell(error.message);
  }
}
