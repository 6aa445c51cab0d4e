import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode, ignoreErrors } from '../system-error.js';

/**
 * Creates a folder and the folders above it, where they are missing. Node's `recursive` option retries for ever where
 * the system cannot create anything (below /proc).
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (systemCode(error) !== 'ENOENT' || path === dirname(path)) throw error;
    await makeFolder(dirname(path));
    await ignoreErrors(['EEXIST'], mkdir(path));
  }
}
