import { createHash, randomBytes } from 'node:crypto';
import { readFile, readdir, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ignoreErrors } from '../system-error.js';
import { isLiving, processStart, START_UNKNOWN } from './living-process.js';

/** Why a process is present in a folder: it uses the server, or it holds the lock of the folder. */
export type PresenceKind = 'user' | 'lock';

/** A file in a folder that announces this process, until it is withdrawn or the process ends. */
export interface Presence {
  readonly name: string;
  withdraw(): Promise<void>;
}

/** A living process with a presence file in a folder. */
export interface PresentProcess {
  /** Of its file. */
  readonly name: string;
  readonly pid: number;
  /** It runs on another machine or in another container. */
  readonly elsewhere: boolean;
}

/**
 * A process in another container or on another machine cannot be looked up: it counts as alive while it touches
 * its file. In milliseconds.
 */
const HEARTBEAT_INTERVAL_MS = 3_000;
export const HEARTBEAT_TIMEOUT_MS = 20_000;

/**
 * Announces this process in a folder. The file's name alone identifies it (pid, start, place), so that the file is
 * complete as soon as it exists. No name is used twice, so anyone may remove the file of a dead process.
 */
export async function announcePresence(folder: string, kind: PresenceKind): Promise<Presence> {
  const start = (await processStart(process.pid)) ?? START_UNKNOWN;
  const name = [kind, process.pid, start, await placeOf(folder), randomBytes(6).toString('hex')].join('-');
  const path = join(folder, name);
  await writeFile(path, '', { flag: 'wx', mode: 0o600 });
  const heartbeat = setInterval(() => {
    const now = new Date();
    // The file may have been withdrawn, or its folder removed, in the meantime: that does no harm.
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_INTERVAL_MS).unref();
  return {
    name,
    withdraw: async () => {
      clearInterval(heartbeat);
      await rm(path, { force: true });
    },
  };
}

/** The living processes that are present in a folder. Removes the files of dead ones. */
export async function presentProcesses(
  folder: string,
  kind: PresenceKind,
): Promise<readonly PresentProcess[]> {
  const place = await placeOf(folder);
  const living: PresentProcess[] = [];
  for (const name of await readdir(folder)) {
    const [, ofKind, pid, start, from] = /^([a-z]+)-(\d+)-(\d+)-([0-9a-f]+)-[0-9a-f]+$/.exec(name) ?? [];
    if (ofKind !== kind) continue;
    const elsewhere = from !== place;
    const lives = elsewhere
      ? await hasHeartbeat(join(folder, name))
      : await isLiving(Number(pid), Number(start));
    if (lives) living.push({ name, pid: Number(pid), elsewhere });
    else await rm(join(folder, name), { force: true });
  }
  return living;
}

async function hasHeartbeat(path: string): Promise<boolean> {
  const file = await ignoreErrors(['ENOENT'], stat(path));
  return file !== undefined && Date.now() - file.mtimeMs < HEARTBEAT_TIMEOUT_MS;
}

/**
 * Where a pid is meaningful: the same boot of the same machine, the same container, and the same folder (in a copy
 * of the folder, the files are about processes that use the original).
 */
async function placeOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const machine = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const container = await readlink('/proc/self/ns/pid').catch(() => '');
  const place = JSON.stringify([machine, container, String(dev), String(ino)]);
  return createHash('sha256').update(place).digest('hex').slice(0, 12);
}
