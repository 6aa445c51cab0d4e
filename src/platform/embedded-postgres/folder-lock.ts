import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../errors.js';
import { announce, whoIsPresent, type Sighting } from './presence.js';
import type { PollOptions } from '../poll-until.js';

/**
 * Does the work while no other process (and no other call in this one) does its own under the lock of the
 * same folder. There is no lock file to be broken, so no race in breaking one: each announces itself first
 * and looks round afterwards, so of two at the same moment at least one sees the other and steps back; the
 * announcement of a process that died counts for nothing.
 * @throws Unavailable `embedded-postgres-busy` when the others do not come to an end in time.
 */
export async function underLock<T>(
  folder: string,
  { timeoutMs, signal }: PollOptions,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    let [other]: readonly Sighting[] = await whoIsPresent(folder, 'lock');
    if (other === undefined) {
      const own = await announce(folder, 'lock');
      try {
        [other] = (await whoIsPresent(folder, 'lock')).filter(({ name }) => name !== own.name);
        if (other === undefined) return await work();
      } finally {
        await own.withdraw();
      }
    }
    if (performance.now() > deadline) {
      throw new Unavailable(
        'embedded-postgres-busy',
        `process ${other.pid} has been starting or stopping the PostgreSQL in ${folder} for too long; try again, or end that process`,
      );
    }
    // Of random length, so that two that stepped back from each other do not meet again for ever.
    await pause(10 + Math.random() * 60);
  }
}
