import { Unavailable } from '../platform/refusal.js';
import { unlessAborted } from '../platform/unless-aborted.js';

/**
 * Waits for the statistics to hold what they should, until the signal aborts. They may be far behind, or stopped by an
 * event: then that is told, and what follows goes on without them.
 */
export async function figuresHeldOrTold(
  held: Promise<void>,
  signal: AbortSignal,
  tell: (why: string) => void,
): Promise<void> {
  try {
    await unlessAborted(held, signal);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    tell(error.message);
  }
}
