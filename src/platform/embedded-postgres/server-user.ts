import { lstat } from 'node:fs/promises';
import { Unavailable } from '../errors.js';
import { runProgram } from './program.js';

/** The user of the system that PostgreSQL runs as when this process is root's. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** Made when there is no user `postgres`; a system user without a home and without a login. */
const OWN_USER = 'upheld-postgres';
const QUICK = 30_000;

/** Asks the system for a user by name or number. */
export type FindUser = (name: string) => Promise<ServerUser | undefined>;
/** Makes a system user, if the system lets itself be asked. */
export type MakeUser = (name: string) => Promise<void>;

/**
 * As whom PostgreSQL is to run: undefined stands for the user of this process. PostgreSQL refuses to run
 * as root, so for root it is `postgres`, else a user made for it, else `nobody`.
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
 * Who runs a cluster that exists: for root its owner, whoever would be chosen for a new one today; any other
 * user can only run its own.
 */
export async function ownerOf(cluster: string): Promise<ServerUser | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const { uid, gid } = await lstat(cluster);
  return { uid, gid, name: (await findUser(String(uid)))?.name ?? `number ${uid}` };
}

/** A user of the system; root is none that PostgreSQL could run as. */
export async function findUser(name: string): Promise<ServerUser | undefined> {
  const id = async (what: string): Promise<string | undefined> => {
    const { succeeded, output } = await runProgram('id', [what, '--', name], { timeoutMs: QUICK });
    return succeeded ? output : undefined;
  };
  const [uid, gid, itsName] = await Promise.all([id('-u'), id('-g'), id('-un')]);
  if (uid === undefined || gid === undefined || Number(uid) === 0) return undefined;
  return { uid: Number(uid), gid: Number(gid), name: itsName ?? name };
}

async function makeUser(name: string): Promise<void> {
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  // That it failed (no such program, or another process was first) shows when the user is asked for again.
  await runProgram('useradd', [...args, '--shell', '/usr/sbin/nologin', name], { timeoutMs: QUICK });
}

/** Whether a user can pass through every folder down to this one: asked of the system, which knows all rules. */
export async function canReach(user: ServerUser, folder: string): Promise<boolean> {
  const { succeeded } = await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    as: user,
    cwd: '/',
    timeoutMs: QUICK,
  });
  return succeeded;
}
