import { stat } from 'node:fs/promises';
import { Unavailable } from '../errors.js';
import { nativePackage, prepareBinaries, type Binaries } from './binaries.js';
import { clusterIn, existingHome, newHome, reachableFolder, type ClusterHome } from './cluster-home.js';
import { changePassword, checkVersion, createCluster, removeUnfinished } from './cluster.js';
import { savePassword, randomPassword, readPassword } from './password.js';
import { runningPostmaster } from './postmaster.js';
import { chooseServerUser, ownerOf, type ServerUser } from './server-user.js';
import type { StateFolder } from './state-folder.js';
import { ignoreErrors } from '../system-error.js';

/** An existing cluster, and all that is needed to run it. */
export interface PreparedCluster {
  readonly cluster: string;
  readonly binaries: Binaries;
  /** The user that runs the server; undefined means the user of this process. */
  readonly user: ServerUser | undefined;
  readonly password: string;
  /** Where programs or data are, if not in their usual places: one line for the user. */
  readonly notice: string | undefined;
}

/** How to prepare a cluster. */
export interface PrepareOptions {
  /** False only in tests: a new cluster may then be lost in a power failure. */
  readonly durable: boolean;
  /** Whether the role of a new cluster is a superuser: true only in tests. */
  readonly superuser: boolean;
  /** For root: where programs and data go if the server's user cannot reach them; undefined means the usual place. */
  readonly systemFolder: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Finds the cluster of a data folder, or creates it. Call this under the lock of the state folder.
 * @throws Unavailable when it cannot be created, found, or run by these binaries.
 */
export async function prepareCluster(
  state: StateFolder,
  { durable, superuser, systemFolder, signal }: PrepareOptions,
): Promise<PreparedCluster> {
  const native = await nativePackage();
  const known = await existingHome(state);
  const exists =
    known !== undefined && (await ignoreErrors(['ENOENT'], stat(clusterIn(known)))) !== undefined;
  const user = exists ? await ownerOf(clusterIn(known)) : await chooseServerUser();
  const reachable = (): Promise<string> =>
    user === undefined
      ? Promise.resolve(state.path)
      : reachableFolder(user, systemFolder === undefined ? undefined : [systemFolder]);
  const home = known ?? (await newHome(state, user, reachable));
  const binaries = await prepareBinaries(native, user, reachable);
  const cluster = clusterIn(home);
  await removeUnfinished(home);
  const saved = exists ? await readPassword(state.path) : undefined;
  const password = saved ?? randomPassword();
  if (!exists) {
    // Saved first: a password without a cluster does no harm, but a cluster without its password does.
    await savePassword(state.path, password);
    await createCluster({ home, user, binaries, password, durable, superuser, signal });
  } else {
    await checkVersion(cluster, binaries);
    if (saved === undefined) {
      await refuseIfRunning(state, cluster);
      await changePassword(cluster, password, { user, binaries, signal });
      await savePassword(state.path, password);
    }
  }
  return { cluster, binaries, user, password, notice: noticeOf(home, binaries, user) };
}

/** The password of a running server cannot be changed without knowing it. */
async function refuseIfRunning(state: StateFolder, cluster: string): Promise<void> {
  const postmaster = await runningPostmaster(cluster);
  if (postmaster === undefined) return;
  throw new Unavailable(
    'embedded-postgres-password',
    `the password file in ${state.path} is lost while PostgreSQL (process ${postmaster.pid}) is running: restore it, or stop that process to have a new password set`,
  );
}

function noticeOf(home: ClusterHome, binaries: Binaries, user: ServerUser | undefined): string | undefined {
  const places = [
    ...(binaries.copied ? [`its programs in ${binaries.folder}`] : []),
    ...(home.relocated ? [`its data in ${home.folder}`] : []),
  ];
  if (places.length === 0) return undefined;
  return user === undefined
    ? `PostgreSQL runs with ${places.join(' and ')}, since the installed ones are incomplete and cannot be completed here`
    : `PostgreSQL does not run as root: it runs as user ${user.name}, with ${places.join(' and ')}, where that user can reach them`;
}
