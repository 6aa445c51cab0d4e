import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, readdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Unavailable } from '../errors.js';
import { writeDurably } from './durable-file.js';
import { makeFolder } from './make-folder.js';
import { canReach, type ServerUser } from './server-user.js';
import type { StateFolder } from './state-folder.js';
import { ignoreErrors } from '../system-error.js';

/** The folder that holds the `cluster` of a data folder. It need not be in the data folder. */
export interface ClusterHome {
  readonly folder: string;
  readonly relocated: boolean;
}

/** A file in a state folder: it names the home of the cluster when that is elsewhere. */
const POINTER = 'cluster-location';
/** A file in a relocated home: it names the data folder that the home belongs to. */
const ORIGIN = 'data-folder';

/** The mode of a folder that every user may pass through, but only the owner may read and change. */
const TRAVERSABLE = 0o711;

/** The path of the cluster in a home. */
export const clusterIn = (home: ClusterHome): string => join(home.folder, 'cluster');

/** The home of an existing cluster; undefined for a data folder without one. */
export async function existingHome(state: StateFolder): Promise<ClusterHome | undefined> {
  const pointer = await ignoreErrors(['ENOENT'], readFile(join(state.path, POINTER), 'utf8'));
  if (pointer !== undefined) return relocatedHome(state, pointer.trim());
  const here = { folder: state.path, relocated: false };
  return (await ignoreErrors(['ENOENT'], lstat(clusterIn(here)))) === undefined ? undefined : here;
}

/** Follows the pointer of a data folder. Refuses a copied data folder: two of them cannot share a cluster. */
async function relocatedHome(state: StateFolder, folder: string): Promise<ClusterHome> {
  const origin = (await ignoreErrors(['ENOENT'], readFile(join(folder, ORIGIN), 'utf8')))?.trim();
  if (origin === undefined) {
    throw new Unavailable(
      'embedded-postgres-cluster-missing',
      `the database of ${state.dataFolder} should be in ${folder}, but is not there; restore it, or set UPHELD_DATA to another folder`,
    );
  }
  if (origin !== state.dataFolder) {
    const other = await ignoreErrors(
      ['ENOENT', 'ENOTDIR'],
      readFile(join(origin, 'postgres', POINTER), 'utf8'),
    );
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
 * The home of a new cluster: the state folder if the server's user can be given access to it, else a folder that every
 * user can reach. The modes of the folders above the data folder are not changed, nor that of the data folder if it
 * held anything before.
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
      await chmod(state.path, TRAVERSABLE);
      return here;
    }
  }
  const name = createHash('sha256').update(state.dataFolder).digest('hex').slice(0, 16);
  const home = { folder: join(await reachable(), name), relocated: true };
  if (!(await claimFolder(home.folder))) throw unreachable([home.folder]);
  // The cluster of an earlier data folder of this name, which was removed or lost its pointer. We must not delete it.
  await ignoreErrors(['ENOENT'], rename(clusterIn(home), `${clusterIn(home)}.old-${Date.now()}`));
  await writeDurably(join(home.folder, ORIGIN), `${state.dataFolder}\n`);
  await writeDurably(join(state.path, POINTER), `${home.folder}\n`);
  return home;
}

/** Temporary folders come last, because some systems clear them. */
const SYSTEM_FOLDERS = ['/var/lib/upheld', join(tmpdir(), 'upheld-root'), '/tmp/upheld-root'];

/**
 * A folder of root's for files that the server's user must reach: the first candidate that can be created or trusted.
 * @throws Unavailable `embedded-postgres-unreachable`
 */
export async function reachableFolder(
  user: ServerUser,
  candidates: readonly string[] = SYSTEM_FOLDERS,
): Promise<string> {
  for (const candidate of candidates) {
    const claimed = makeFolder(dirname(candidate)).then(() => claimFolder(candidate));
    if ((await claimed.catch(() => false)) && (await canReach(user, candidate))) return candidate;
  }
  throw unreachable(candidates);
}

/** Creates a folder, or accepts an existing one that belongs to this user and that no other user can write to. */
async function claimFolder(path: string): Promise<boolean> {
  await ignoreErrors(['EEXIST'], mkdir(path, { mode: TRAVERSABLE }));
  const folder = await lstat(path);
  // A link, or a folder that another user has planted here, must not be trusted.
  const isOwn = folder.isDirectory() && folder.uid === process.geteuid?.() && (folder.mode & 0o022) === 0;
  // Set again, since the umask may have removed parts of it.
  if (isOwn) await chmod(path, TRAVERSABLE);
  return isOwn;
}

const unreachable = (tried: readonly string[]): Unavailable =>
  new Unavailable(
    'embedded-postgres-unreachable',
    `PostgreSQL does not run as root, and its own user can use neither the data folder nor ${tried.join(' nor ')}; set UPHELD_DATA to a folder it can reach`,
  );
