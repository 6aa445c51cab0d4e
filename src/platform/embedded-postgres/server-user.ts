import { lstat } from 'node:fs/promises';
import { Unavailable } from '../errors.js';
import { runProgram, type UserIds } from './program.js';

/** The user of the system that runs PostgreSQL where this process is root's. */
export interface ServerUser extends UserIds {
  readonly name: string;
}

/** Created when there is no user `postgres`: a system user without a home and without a login. */
const OWN_USER = 'upheld-postgres';
const COMMAND_TIMEOUT_MS = 30_000;

/** Finds a user of the system by name or number. */
export type FindUser = (name: string) => Promise<ServerUser | undefined>;
/** Creates a system user; does nothing where the system does not allow that. */
export type MakeUser = (name: string) => Promise<void>;

/**
 * The user that is to run PostgreSQL; undefined means the user of this process. PostgreSQL refuses to run as root,
 * so for root it is `postgres`, else a user created for it, else `nobody`.
 * @throws Unavailable `embedded-postgres-no-user`
 */
export async function chooseServerUser(
  isRoot = process.geteuid?.() === 0,
  find: FindUser = findUser,
  make: MakeUser = makeUser,
): Promise<ServerUser | undefined> {
  if (!isRoot) return undefined;
  const existing = (await find('postgres')) ?? (await find(OWN_USER));
  if (existing !== undefined) return existing;
  await make(OWN_USER);
  const user = (await find(OWN_USER)) ?? (await find('nobody'));
  if (user !== undefined) return user;
  throw new Unavailable(
    'embedded-postgres-no-user',
    'PostgreSQL does not run as root, and no other user could be found or made for it; run as an ordinary user, or name a server with DATABASE_URL',
  );
}

/**
 * The user that runs an existing cluster; undefined means the user of this process. For root it is the cluster's
 * owner, even if another would be chosen for a new cluster today. Any other user can only run its own.
 */
export async function ownerOf(cluster: string): Promise<ServerUser | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const { uid, gid } = await lstat(cluster);
  return { uid, gid, name: (await findUser(String(uid)))?.name ?? `number ${uid}` };
}

/** Finds a user of the system other than root, by name or number. */
export async function findUser(name: string): Promise<ServerUser | undefined> {
  const id = async (what: string): Promise<string | undefined> => {
    const { succeeded, output } = await runProgram('id', [what, '--', name], {
      timeoutMs: COMMAND_TIMEOUT_MS,
    });
    return succeeded ? output : undefined;
  };
  const [uid, gid, itsName] = await Promise.all([id('-u'), id('-g'), id('-un')]);
  if (uid === undefined || gid === undefined || Number(uid) === 0) return undefined;
  return { uid: Number(uid), gid: Number(gid), name: itsName ?? name };
}

async function makeUser(name: string): Promise<void> {
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  // A failure (no such program, or another process was first) shows when the caller looks for the user again.
  await runProgram('useradd', [...args, '--shell', '/usr/sbin/nologin', name], {
    timeoutMs: COMMAND_TIMEOUT_MS,
  });
}

/** Whether a user can enter a folder. The system itself decides, since it alone knows all its rules. */
export async function canReach(user: ServerUser, folder: string): Promise<boolean> {
  const { succeeded } = await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    as: user,
    cwd: '/',
    timeoutMs: COMMAND_TIMEOUT_MS,
  });
  return succeeded;
}
