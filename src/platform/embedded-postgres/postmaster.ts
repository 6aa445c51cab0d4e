import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '../errors.js';
import type { Binaries } from './binaries.js';
import { isLiving, processStart } from './living-process.js';
import { runProgram } from './program.js';
import { ignoreErrors } from '../system-error.js';
import { pollUntil } from '../poll-until.js';

/** The first process of a running server. */
export interface Postmaster {
  readonly pid: number;
  /** As `processStart` returns it. */
  readonly start: number;
  /** Undefined until the server has written it to its pid file. */
  readonly port: number | undefined;
  /** `ready` once it takes connections; else `starting`, `stopping`, or undefined. */
  readonly status: string | undefined;
}

const FAST_TIMEOUT_MS = 45_000;
const IMMEDIATE_TIMEOUT_MS = 15_000;

const pidFilePath = (cluster: string): string => join(cluster, 'postmaster.pid');

/** The server that runs on a cluster, whichever process started it; undefined if none runs. */
export async function runningPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const pidFile = await readPidFile(cluster);
  if (pidFile === undefined) return undefined;
  const start = await processStart(pidFile.pid);
  if (start === undefined || !(await isOfCluster(pidFile, cluster))) return undefined;
  return { pid: pidFile.pid, start, port: pidFile.port, status: pidFile.status };
}

/**
 * Removes a pid file whose pid now belongs to something else: another program, or the server of the folder that this
 * one was copied from. PostgreSQL itself only sees that the pid is alive, and would refuse to start. It removes the
 * pid file of a dead process itself, once no process of that server is left.
 */
export async function removeMistakenPidFile(cluster: string): Promise<void> {
  const pidFile = await readPidFile(cluster);
  if (
    pidFile !== undefined &&
    (await runningPostmaster(cluster)) === undefined &&
    looksAliveToPostgres(pidFile.pid)
  ) {
    await rm(pidFilePath(cluster), { force: true });
  }
}

/** PostgreSQL takes a zombie for a living process. */
function looksAliveToPostgres(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface PidFile {
  readonly pid: number;
  readonly folder: string;
  readonly port: number | undefined;
  readonly status: string | undefined;
}

/** `postmaster.pid`, line by line: pid, data directory, start, port, socket folder, address, shared memory, status. */
async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await ignoreErrors(['ENOENT'], readFile(pidFilePath(cluster), 'utf8'));
  const [pid, folder, , port, , , , status] = text?.split('\n').map((line) => line.trim()) ?? [];
  if (pid === undefined || !/^\d+$/.test(pid)) return undefined;
  return { pid: Number(pid), folder: folder ?? '', port: Number(port) || undefined, status };
}

/** The port of the server that runs on a cluster or ran last; undefined if it is not known. */
export async function lastPort(cluster: string): Promise<number | undefined> {
  // The file has the arguments of the last start, in quotes, and stays when the server ends.
  const options = await ignoreErrors(['ENOENT'], readFile(join(cluster, 'postmaster.opts'), 'utf8'));
  return Number(/"port=(\d+)"/.exec(options ?? '')?.[1]) || undefined;
}

/** The working directory of a server is its cluster, even if the folder was moved. Without `/proc` the path is compared. */
async function isOfCluster({ pid, folder }: PidFile, cluster: string): Promise<boolean> {
  const own = await stat(cluster, { bigint: true });
  const its = await stat(`/proc/${pid}/cwd`, { bigint: true }).catch(() => undefined);
  if (its !== undefined) return its.dev === own.dev && its.ino === own.ino;
  return (await realpath(folder).catch(() => folder)) === (await realpath(cluster));
}

/**
 * Stops a server and waits until its process has ended: with a checkpoint (`fast`) or, if that takes too long, without one
 * (`immediate`). Then the next start needs a recovery; nothing is lost.
 * @throws Unavailable `embedded-postgres-stop-failed`
 */
export async function stopPostmaster(
  postmaster: Postmaster,
  binaries: Pick<Binaries, 'pgCtl'>,
): Promise<void> {
  const gone = async (): Promise<true | undefined> =>
    (await isLiving(postmaster.pid, postmaster.start)) ? undefined : true;
  for (const [signal, timeoutMs] of [
    ['INT', FAST_TIMEOUT_MS],
    ['QUIT', IMMEDIATE_TIMEOUT_MS],
  ] as const) {
    if ((await gone()) === true) return;
    await signalPostmaster(postmaster, signal, binaries);
    if ((await pollUntil(gone, { timeoutMs })) === true) return;
  }
  throw new Unavailable(
    'embedded-postgres-stop-failed',
    `PostgreSQL (process ${postmaster.pid}) does not stop; end it before the data folder is used again`,
  );
}

async function signalPostmaster(
  { pid }: Postmaster,
  signal: 'INT' | 'QUIT',
  { pgCtl }: Pick<Binaries, 'pgCtl'>,
): Promise<void> {
  if (process.platform === 'win32') {
    // On Windows a signal would kill the process; only PostgreSQL's own tool can ask a server to stop.
    await runProgram(pgCtl, ['kill', signal, String(pid)], { timeoutMs: IMMEDIATE_TIMEOUT_MS });
    return;
  }
  await ignoreErrors(
    ['ESRCH'],
    Promise.resolve().then(() => process.kill(pid, `SIG${signal}`)),
  );
}
