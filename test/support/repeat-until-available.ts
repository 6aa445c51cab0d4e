import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../../src/platform/errors.js';

/** Repeats an attempt while the store is unavailable, but not once it is closed: that would never end. */
export async function repeatUntilAvailable<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unavailable) || error.code === 'event-store-closed') throw error;
      await pause(20);
    }
  }
}
