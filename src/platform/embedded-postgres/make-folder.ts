import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode, unless } from './system-error.js';

/**
 * Makes a folder and those above it, where they are missing. Node's own `recursive` tries for ever where the
 * system says that nothing can be made (below /proc).
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (systemCode(error) !== 'ENOENT' || path === dirname(path)) throw error;
    await makeFolder(dirname(path));
    await unless(['EEXIST'], mkdir(path));
  }
}
