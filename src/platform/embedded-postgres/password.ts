import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-file.js';
import { ignoreErrors } from '../system-error.js';

const pathIn = (stateFolder: string): string => join(stateFolder, 'password');

/** A password that cannot be guessed, and that needs no quoting anywhere. */
export const randomPassword = (): string => randomBytes(24).toString('hex');

/** Saves the password of a cluster in its state folder, where only this user can read it. */
export async function savePassword(stateFolder: string, password: string): Promise<void> {
  await writeDurably(pathIn(stateFolder), `${password}\n`);
}

/** The password of the cluster of a state folder; undefined when the file is lost. */
export async function readPassword(stateFolder: string): Promise<string | undefined> {
  const password = (await ignoreErrors(['ENOENT'], readFile(pathIn(stateFolder), 'utf8')))?.trim();
  return password === '' ? undefined : password;
}
