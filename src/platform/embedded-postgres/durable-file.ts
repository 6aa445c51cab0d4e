import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a small file that only this user may read. It is there with all its text or not at all, and has
 * reached the disk when this returns. Not for two at the same time.
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
