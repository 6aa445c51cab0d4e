import { START } from '../event-store/position.js';
import type { Checkpoint } from './checkpoint.js';
import { CheckpointMismatch } from './checkpoint-mismatch.js';
import type { Projection } from './projection.js';

type Versioned = Pick<Projection, 'name' | 'version'>;
type Filled = Pick<Checkpoint, 'position' | 'version'>;

/** Another version of the projection filled the tables. */
export class VersionMismatch extends CheckpointMismatch {
  constructor({ name, version }: Versioned, tables: number) {
    const wayOut =
      tables > version
        ? 'run the release that filled them, or a later one'
        : 'a process that projects rebuilds them, and so does upheld projections rebuild';
    super(
      'other-version',
      `${name} has tables of version ${tables}, but this release has version ${version}; ${wayOut}`,
    );
  }
}

/** Whether tables are filled by an older version than the program's. Empty tables are of any version. */
export function isOlder(filled: Filled, { version }: Versioned): boolean {
  return filled.position !== START && filled.version < version;
}

/** Whether tables are filled by a newer version than the program's. */
export function isNewer(filled: Filled, { version }: Versioned): boolean {
  return filled.position !== START && filled.version > version;
}

/** @throws VersionMismatch where another version of the projection filled the tables. */
export function checkVersion(projection: Versioned, filled: Filled): void {
  if (isOlder(filled, projection)) throw new VersionMismatch(projection, filled.version);
  checkNotNewer(projection, filled);
}

/** @throws VersionMismatch where a newer version of the projection filled the tables. */
export function checkNotNewer(projection: Versioned, filled: Filled): void {
  if (isNewer(filled, projection)) throw new VersionMismatch(projection, filled.version);
}
