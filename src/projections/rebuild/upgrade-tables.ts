import { setTimeout as pause } from 'node:timers/promises';
import { DomainRefusal } from '../../platform/errors.js';
import { readCheckpoint, type Checkpoint } from '../checkpoint.js';
import { putDeadLetter } from '../dead-letter.js';
import { checkLogIdentity } from '../log-identity-check.js';
import { checkNotNewer, isOlder } from '../projection-version.js';
import { rebuild, type RebuildOptions } from './rebuild.js';
import { EventNotFolded } from './replay.js';

/** Pause before tables are looked at again that another process rebuilds or verifies, in milliseconds. */
const BUSY_PAUSE_MS = 250;

/** Positions as people read them: 12,345. */
const NUMBERS = new Intl.NumberFormat('en-GB');

export type UpgradeOptions = RebuildOptions &
  Readonly<{
    /** Take one line each. The start is announced again when an attempt is repeated. */
    announceStart: (line: string) => void;
    announceEnd: (line: string) => void;
  }>;

/**
 * Rebuilds the tables of a projection where an older version of it filled them. The old ones serve meanwhile, and stay as
 * they are: no page is written into tables of another version. An interrupted rebuild is continued at the next start.
 *
 * @returns `stopped` at an event that cannot be folded, with a dead letter; `ready` when the tables are of this version,
 *   or when the signal aborted.
 * @throws LogMismatch, VersionMismatch where the tables are of another log or of a newer version; else as `rebuild`.
 */
export async function upgradeTables(options: UpgradeOptions): Promise<'ready' | 'stopped'> {
  const { store, database, projection, signal, announceStart, announceEnd } = options;
  const { name, version } = projection;
  while (!signal.aborted) {
    const filled = await readCheckpoint(name, database);
    checkNotNewer(projection, filled);
    if (!isOlder(filled, projection)) return 'ready';
    // Otherwise the rebuild would silently fold another log.
    await checkLogIdentity(projection, store, database);
    try {
      const rebuilt = await rebuild({
        ...options,
        // Another process may have upgraded them since they were read.
        isNeeded: async () => isOlder(await readCheckpoint(name, database), projection),
        onStart: (_, head) => {
          announceStart(
            `${name}: tables of version ${filled.version} are rebuilt to version ${version}, up to position ` +
              `${NUMBERS.format(head)}; the old ones serve meanwhile…`,
          );
        },
      });
      if (rebuilt !== null) {
        announceEnd(
          `${name}: tables are rebuilt to version ${version}, up to position ${NUMBERS.format(rebuilt)}.`,
        );
      }
    } catch (error) {
      if (error instanceof EventNotFolded) {
        const isUpgraded = (checkpoint: Checkpoint) => !isOlder(checkpoint, projection);
        if (await putDeadLetter(name, error.poison, database, isUpgraded)) return 'stopped';
      } else if (error instanceof DomainRefusal && error.code === 'rebuild-under-way') {
        await pause(BUSY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      } else throw error;
    }
  }
  return 'ready';
}
