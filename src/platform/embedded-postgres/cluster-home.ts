import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, readdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Unavailable } from '../errors.js';
import { writeDurably } from './durable-file.js';
import { makeFolder } from './make-folder.js';
import { canReach, type ServerUser } from './server-user.js';
import type { StateFolder } from './state-folder.js';
import { unless } from './system-error.js';

/** Where the cluster of a data folder is: `cluster` in this folder, which need not be in the data folder. */
export interface ClusterHome {
  readonly folder: string;
  readonly relocated: boolean;
}

/** In a state folder: the home of its cluster, when that is elsewhere. */
const POINTER = 'cluster-location';
/** In a home elsewhere: the data folder it belongs to. */
const ORIGIN = 'data-folder';

/** A folder may be passed through by all, but read and changed by its owner alone. */
const PASSAGE = 0o711;

/** The path of the cluster in a home. */
export const clusterIn = (home: ClusterHome): string => join(home.folder, 'cluster');

/** The home of a cluster that was made before; undefined for a data folder without one. */
export async function existingHome(state: StateFolder): Promise<ClusterHome | undefined> {
  const pointer = await unless(['ENOENT'], readFile(join(state.path, POINTER), 'utf8'));
  if (pointer !== undefined) return elsewhere(state, pointer.trim());
  const here = { folder: state.path, relocated: false };
  return (await unless(['ENOENT'], lstat(clusterIn(here)))) === undefined ? undefined : here;
}

/** Follows the pointer of a data folder, unless that is a copy: two data folders cannot share a cluster. */
async function elsewhere(state: StateFolder, folder: string): Promise<ClusterHome> {
  const origin = (await unless(['ENOENT'], readFile(join(folder, ORIGIN), 'utf8')))?.trim();
  if (origin === undefined) {
    throw new Unavailable(
      'embedded-postgres-cluster-missing',
      `the database of ${state.dataFolder} should be in ${folder}, but is not there; bring it back, or set UPHELD_DATA to another folder`,
    );
  }
  if (origin !== state.dataFolder) {
    const other = await unless(['ENOENT', 'ENOTDIR'], readFile(join(origin, 'postgres', POINTER), 'utf8'));
    if (other?.trim() === folder) {
      throw new Unavailable(
        'embedded-postgres-copied',
        `${state.dataFolder} is a copy of ${origin}, whose database is in ${folder} and was not copied; set UPHELD_DATA to the original, or to an empty folder`,
      );
    }
    await writeDurably(join(folder, ORIGIN), `${state.dataFolder}\n`);
  }
  return { folder, relocated: true };
}

/**
 * The home of a cluster about to be made: the state folder if the server's user can be let in there, else
 * one of its own that every user can reach. Folders above the data folder are left as they are, and so is
 * the data folder if it held anything before.
 */
export async function newHome(
  state: StateFolder,
  user: ServerUser | undefined,
  reachable: () => Promise<string>,
): Promise<ClusterHome> {
  const here = { folder: state.path, relocated: false };
  if (user === undefined) return here;
  if (await canReach(user, dirname(state.dataFolder))) {
    const data = await stat(state.dataFolder);
    const isFresh = (await readdir(state.dataFolder)).every((name) => name === 'postgres');
    if (isFresh && data.uid === process.geteuid?.()) await chmod(state.dataFolder, data.mode | 0o001);
    if (await canReach(user, state.dataFolder)) {
      await chmod(state.path, PASSAGE);
      return here;
    }
  }
  const name = createHash('sha256').update(state.dataFolder).digest('hex').slice(0, 16);
  const home = { folder: join(await reachable(), name), relocated: true };
  if (!(await ownFolder(home.folder))) throw unreachable([home.folder]);
  // Of a data folder that was here before and is gone, or has lost its pointer. Its record is not ours to delete.
  await unless(['ENOENT'], rename(clusterIn(home), `${clusterIn(home)}.old-${Date.now()}`));
  await writeDurably(join(home.folder, ORIGIN), `${state.dataFolder}\n`);
  await writeDurably(join(state.path, POINTER), `${home.folder}\n`);
  return home;
}

/** Below a temporary folder only as a last resort: some systems clear theirs. */
const SYSTEM_FOLDERS = ['/var/lib/upheld', join(tmpdir(), 'upheld-root'), '/tmp/upheld-root'];

/**
 * A folder of root's for what the server's user must reach: the first that can be made or trusted.
 * @throws Unavailable `embedded-postgres-unreachable`
 */
export async function reachableFolder(
  user: ServerUser,
  candidates: readonly string[] = SYSTEM_FOLDERS,
): Promise<string> {
  for (const candidate of candidates) {
    const made = makeFolder(dirname(candidate)).then(() => ownFolder(candidate));
    if ((await made.catch(() => false)) && (await canReach(user, candidate))) return candidate;
  }
  throw unreachable(candidates);
}

/** Makes a folder, or takes it if it is one of this user's that nobody else can have put anything into. */
async function ownFolder(path: string): Promise<boolean> {
  await unless(['EEXIST'], mkdir(path, { mode: PASSAGE }));
  const folder = await lstat(path);
  // A link, or a folder that somebody else made to be found here, is not to be trusted.
  const isOwn = folder.isDirectory() && folder.uid === process.geteuid?.() && (folder.mode & 0o022) === 0;
  // Said again, since the umask may have taken it away.
  if (isOwn) await chmod(path, PASSAGE);
  return isOwn;
}

const unreachable = (tried: readonly string[]): Unavailable =>
  new Unavailable(
    'embedded-postgres-unreachable',
    `PostgreSQL does not run as root, and its own user can use neither the data folder nor ${tried.join(' nor ')}; set UPHELD_DATA to a folder it can reach`,
  );
