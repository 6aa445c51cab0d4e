import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a small file that only this user may read. The file appears with all its text or not at all, and is on disk
 * when this returns. Two calls for one path must not overlap.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
