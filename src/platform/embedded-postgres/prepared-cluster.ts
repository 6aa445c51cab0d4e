import { stat } from 'node:fs/promises';
import { Unavailable } from '../errors.js';
import { nativePackage, prepareBinaries, type Binaries } from './binaries.js';
import { clusterIn, existingHome, newHome, reachableFolder, type ClusterHome } from './cluster-home.js';
import { changePassword, checkVersion, createCluster, removeUnfinished } from './cluster.js';
import { keepPassword, randomPassword, readPassword } from './password.js';
import { runningPostmaster } from './postmaster.js';
import { chooseServerUser, ownerOf, type ServerUser } from './server-user.js';
import type { StateFolder } from './state-folder.js';
import { unless } from './system-error.js';

/** A cluster that exists, and all that is needed to run it. */
export interface PreparedCluster {
  readonly cluster: string;
  readonly binaries: Binaries;
  /** Undefined: the user of this process. */
  readonly user: ServerUser | undefined;
  readonly password: string;
  /** What a person should know of where things are, on one line. */
  readonly notice: string | undefined;
}

/** What is left open by the data folder itself. */
export interface Preparation {
  /** False only in tests: what is made then may be lost with the machine's power. */
  readonly durable: boolean;
  /** True only in tests. */
  readonly superuser: boolean;
  /** Where what root's own server cannot reach is put; undefined: the usual place. */
  readonly systemFolder: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Finds the cluster of a data folder, or makes it. To be called under the lock of the state folder.
 * @throws Unavailable when it cannot be made, found, or run by these binaries.
 */
export async function prepareCluster(
  state: StateFolder,
  { durable, superuser, systemFolder, signal }: Preparation,
): Promise<PreparedCluster> {
  const native = await nativePackage();
  const known = await existingHome(state);
  const exists = known !== undefined && (await unless(['ENOENT'], stat(clusterIn(known)))) !== undefined;
  const user = exists ? await ownerOf(clusterIn(known)) : await chooseServerUser();
  const reachable = (): Promise<string> =>
    user === undefined
      ? Promise.resolve(state.path)
      : reachableFolder(user, systemFolder === undefined ? undefined : [systemFolder]);
  const home = known ?? (await newHome(state, user, reachable));
  const binaries = await prepareBinaries(native, user, reachable);
  const cluster = clusterIn(home);
  await removeUnfinished(home);
  const kept = exists ? await readPassword(state.path) : undefined;
  const password = kept ?? randomPassword();
  if (!exists) {
    // A password without a cluster does no harm; a cluster without its password would.
    await keepPassword(state.path, password);
    await createCluster({ home, user, binaries, password, durable, superuser, signal });
  } else {
    await checkVersion(cluster, binaries);
    if (kept === undefined) {
      await refuseIfRunning(state, cluster);
      await changePassword(cluster, password, { user, binaries, signal });
      await keepPassword(state.path, password);
    }
  }
  return { cluster, binaries, user, password, notice: noticeOf(home, binaries, user) };
}

/** The password cannot be changed from outside a running server. */
async function refuseIfRunning(state: StateFolder, cluster: string): Promise<void> {
  const postmaster = await runningPostmaster(cluster);
  if (postmaster === undefined) return;
  throw new Unavailable(
    'embedded-postgres-password',
    `the password file in ${state.path} is lost while PostgreSQL (process ${postmaster.pid}) is running: restore it, or stop that process, and a new one is made`,
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
