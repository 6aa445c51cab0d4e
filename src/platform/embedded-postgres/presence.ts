import { createHash, randomBytes } from 'node:crypto';
import { readFile, readdir, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isLiving, processStart, START_UNKNOWN } from './living-process.js';
import { unless } from './system-error.js';

/** What a process says of itself in a folder: it uses the server, or it is changing its state just now. */
export type PresenceKind = 'user' | 'lock';

/** A file in a folder that stands for a living process, until it is withdrawn or the process ends. */
export interface Presence {
  readonly name: string;
  withdraw(): Promise<void>;
}

/** A presence somebody announced. `elsewhere`: from another machine or container, on the same folder. */
export interface Sighting {
  readonly name: string;
  readonly pid: number;
  readonly elsewhere: boolean;
}

/**
 * Of a process in another container or on another machine nothing can be asked: it counts as living while
 * it touches its file. All times in milliseconds.
 */
const HEARTBEAT = 3_000;
export const SILENT_AFTER = 20_000;

/**
 * Announces this process in a folder. The name alone says who it is (pid, start, place), so that the file
 * is complete the moment it exists; a name is never used twice, so whoever finds a dead one may remove it.
 */
export async function announce(folder: string, kind: PresenceKind): Promise<Presence> {
  const start = (await processStart(process.pid)) ?? START_UNKNOWN;
  const name = [kind, process.pid, start, await placeOf(folder), randomBytes(6).toString('hex')].join('-');
  const path = join(folder, name);
  await writeFile(path, '', { flag: 'wx', mode: 0o600 });
  const heartbeat = setInterval(() => {
    const now = new Date();
    // The file may have been withdrawn, or its folder removed, in the meantime: nothing is lost by it.
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT).unref();
  return {
    name,
    withdraw: async () => {
      clearInterval(heartbeat);
      await rm(path, { force: true });
    },
  };
}

/** Who is present in a folder; the files of the dead are removed. */
export async function whoIsPresent(folder: string, kind: PresenceKind): Promise<readonly Sighting[]> {
  const place = await placeOf(folder);
  const living: Sighting[] = [];
  for (const name of await readdir(folder)) {
    const [, ofKind, pid, start, from] = /^([a-z]+)-(\d+)-(\d+)-([0-9a-f]+)-[0-9a-f]+$/.exec(name) ?? [];
    if (ofKind !== kind) continue;
    const elsewhere = from !== place;
    const lives = elsewhere
      ? await isTouched(join(folder, name))
      : await isLiving(Number(pid), Number(start));
    if (lives) living.push({ name, pid: Number(pid), elsewhere });
    else await rm(join(folder, name), { force: true });
  }
  return living;
}

async function isTouched(path: string): Promise<boolean> {
  const file = await unless(['ENOENT'], stat(path));
  return file !== undefined && Date.now() - file.mtimeMs < SILENT_AFTER;
}

/**
 * Where a pid means what it says: this start of this machine, this container, and this very folder (the
 * files in a copy of the folder speak of processes that use the original).
 */
async function placeOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const machine = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const container = await readlink('/proc/self/ns/pid').catch(() => '');
  const place = JSON.stringify([machine, container, String(dev), String(ino)]);
  return createHash('sha256').update(place).digest('hex').slice(0, 12);
}
