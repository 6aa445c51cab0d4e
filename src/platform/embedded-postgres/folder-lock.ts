import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../errors.js';
import type { PollOptions } from '../poll-until.js';
import { announcePresence, presentProcesses, type PresentProcess } from './presence.js';

/**
 * Does some work under the exclusive lock of a folder, against other processes and other calls in this one.
 *
 * There is no lock file that would have to be broken after a crash, and so no race in breaking one. Each contender
 * first announces itself and then looks for others: of two at the same moment at least one sees the other and
 * withdraws. The announcement of a dead process does not count.
 * @throws Unavailable `embedded-postgres-busy` when another process holds the lock for too long.
 */
export async function withFolderLock<T>(
  folder: string,
  { timeoutMs, signal }: PollOptions,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    let [other]: readonly PresentProcess[] = await presentProcesses(folder, 'lock');
    if (other === undefined) {
      const own = await announcePresence(folder, 'lock');
      try {
        [other] = (await presentProcesses(folder, 'lock')).filter(({ name }) => name !== own.name);
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
    // Of random length, so that two that withdrew for each other do not collide again and again.
    await pause(10 + Math.random() * 60);
  }
}
