import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '../errors.js';
import type { Binaries } from './binaries.js';
import { clusterIn, type ClusterHome } from './cluster-home.js';
import { runProgram } from './program.js';
import { lastLines } from './server-log.js';
import type { ServerUser } from './server-user.js';
import { systemCode, ignoreErrors } from '../system-error.js';

/** The role and the database of the application. The role may create databases, and is no superuser. */
export const ROLE = 'upheld';
export const DATABASE = 'upheld';

const INIT_TIMEOUT_MS = 180_000;
const UNFINISHED_PREFIX = 'cluster.new-';

/** How to create a cluster. */
export interface NewCluster {
  readonly home: ClusterHome;
  readonly user: ServerUser | undefined;
  readonly binaries: Binaries;
  readonly password: string;
  /** False only in tests: the cluster may then be lost in a power failure. */
  readonly durable: boolean;
  /** Whether the role is a superuser: true only in tests. */
  readonly superuser: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Creates the cluster of a home, with its role and its database. It gets its final name when it is complete. If the
 * process is killed before that, there is no cluster, and the next process creates one from the start.
 * @throws Unavailable `embedded-postgres-init-failed`
 */
export async function createCluster({
  home,
  user,
  binaries,
  password,
  durable,
  superuser,
  signal,
}: NewCluster): Promise<void> {
  const folder = join(home.folder, `${UNFINISHED_PREFIX}${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { mode: 0o700 });
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const options = { as: user, cwd: binaries.folder, timeoutMs: INIT_TIMEOUT_MS, signal };
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const initialized = await runProgram(
    binaries.initdb,
    [...INITDB, ...settings, ...(durable ? [] : ['--no-sync']), '-D', folder],
    options,
  );
  const failure = initialized.succeeded
    ? await executeSingleUser(folder, firstStatements(folder, password, superuser), {
        user,
        binaries,
        signal,
      })
    : initialized.output;
  if (failure !== undefined) {
    await removeIfPossible(folder);
    signal?.throwIfAborted();
    throw new Unavailable(
      'embedded-postgres-init-failed',
      `PostgreSQL could not create a database in ${home.folder}:\n${lastLines(failure)}`,
    );
  }
  await rename(folder, clusterIn(home));
  await syncFolder(home.folder);
}

/**
 * Text sorts by code point on every system. Nobody can log in (`reject`) until the one rule for the application's role
 * replaces those of initdb.
 */
const INITDB = [
  '--username=postgres',
  '--auth=reject',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

/** For a small server. They are written to `postgresql.conf`, where an operator may tune them. Durability stays on. */
const SETTINGS = {
  max_connections: '50',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const firstStatements = (folder: string, password: string, superuser: boolean): string[] => [
  `CREATE ROLE ${ROLE} LOGIN ${superuser ? 'SUPERUSER' : 'CREATEDB'} PASSWORD '${password}'`,
  `CREATE DATABASE ${DATABASE} OWNER ${ROLE}`,
  // The server writes it into its own folder: root must not write where another user could plant a link.
  `COPY (SELECT 'host all ${ROLE} 127.0.0.1/32 scram-sha-256') TO '${join(folder, 'pg_hba.conf').replaceAll("'", "''")}'`,
];

/**
 * Changes the password of the role in a cluster that is not running: for when the password file is lost.
 * @throws Unavailable `embedded-postgres-password`
 */
export async function changePassword(
  cluster: string,
  password: string,
  how: Pick<NewCluster, 'user' | 'binaries' | 'signal'>,
): Promise<void> {
  const failure = await executeSingleUser(cluster, [`ALTER ROLE ${ROLE} PASSWORD '${password}'`], how);
  if (failure === undefined) return;
  throw new Unavailable(
    'embedded-postgres-password',
    `the password of the database in ${cluster} is lost, and another could not be set:\n${lastLines(failure)}`,
  );
}

/** Executes statements of one line each in single-user mode. Returns the output if one failed, else undefined. */
async function executeSingleUser(
  folder: string,
  statements: readonly string[],
  { user, binaries, signal }: Pick<NewCluster, 'user' | 'binaries' | 'signal'>,
): Promise<string | undefined> {
  const { succeeded, output } = await runProgram(
    binaries.postgres,
    // Without this, a statement that fails is printed, and these contain the password.
    ['--single', '-c', 'log_min_error_statement=panic', '-D', folder, 'postgres'],
    {
      as: user,
      cwd: binaries.folder,
      timeoutMs: INIT_TIMEOUT_MS,
      signal,
      input: `${statements.join('\n')}\n`,
    },
  );
  // In this mode an error ends the statement, not the program.
  return succeeded && !/^.*\b(ERROR|FATAL|PANIC): /m.test(output) ? undefined : output;
}

/** Removes unfinished clusters of killed processes from a home. */
export async function removeUnfinished({ folder }: ClusterHome): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED_PREFIX)) await removeIfPossible(join(folder, name));
  }
}

/** An initdb whose parent was killed may still be writing; the next call removes what it leaves. */
async function removeIfPossible(unfinished: string): Promise<void> {
  await rm(unfinished, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

/** Makes a rename in a folder durable, where the system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await ignoreErrors(['EISDIR', 'EPERM', 'EACCES'], open(folder, 'r'));
  if (handle === undefined) return;
  try {
    await ignoreErrors(['EINVAL', 'EPERM'], handle.sync());
  } finally {
    await handle.close();
  }
}

/**
 * Refuses a cluster of another major version of PostgreSQL.
 * @throws Unavailable `embedded-postgres-version`, or `embedded-postgres-not-a-cluster`
 */
export async function checkVersion(cluster: string, binaries: Binaries): Promise<void> {
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new Unavailable(
      'embedded-postgres-not-a-cluster',
      `${cluster} is not a PostgreSQL database; restore it, or set UPHELD_DATA to another folder`,
    );
  });
  if (Number(version) === binaries.major) return;
  throw new Unavailable(
    'embedded-postgres-version',
    `the database in ${cluster} was made by PostgreSQL ${version.trim()}, and this is PostgreSQL ${binaries.major}: dump it with the old version and load it with this one, or set UPHELD_DATA to another folder`,
  );
}
