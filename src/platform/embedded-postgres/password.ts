import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-file.js';
import { unless } from './system-error.js';

const pathIn = (stateFolder: string): string => join(stateFolder, 'password');

/** A password nobody can guess, and that needs no quoting anywhere. */
export const randomPassword = (): string => randomBytes(24).toString('hex');

/** Keeps the password of a cluster in its state folder, for this user's eyes only. */
export async function keepPassword(stateFolder: string, password: string): Promise<void> {
  await writeDurably(pathIn(stateFolder), `${password}\n`);
}

/** The password of the cluster of a state folder; undefined when its file is lost. */
export async function readPassword(stateFolder: string): Promise<string | undefined> {
  const password = (await unless(['ENOENT'], readFile(pathIn(stateFolder), 'utf8')))?.trim();
  return password === '' ? undefined : password;
}
