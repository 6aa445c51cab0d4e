import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '../errors.js';
import type { Binaries } from './binaries.js';
import { isLiving, processStart } from './living-process.js';
import { runProgram } from './program.js';
import { unless } from './system-error.js';
import { pollUntil } from '../poll-until.js';

/** A running server's first process. */
export interface Postmaster {
  readonly pid: number;
  /** As `processStart` has it. */
  readonly start: number;
  /** Undefined while it has not yet said. */
  readonly port: number | undefined;
  /** `ready` once it takes connections; else `starting`, `stopping`, or undefined. */
  readonly status: string | undefined;
}

const FAST_AT_MOST = 45_000;
const IMMEDIATE_AT_MOST = 15_000;

const pidFile = (cluster: string): string => join(cluster, 'postmaster.pid');

/** The server that runs on a cluster, if one does, whoever started it. */
export async function runningPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const claim = await readPidFile(cluster);
  if (claim === undefined) return undefined;
  const start = await processStart(claim.pid);
  if (start === undefined || !(await isOfCluster(claim, cluster))) return undefined;
  return { pid: claim.pid, start, port: claim.port, status: claim.status };
}

/**
 * Removes a pid file whose pid now belongs to something else: another program, or the server of the folder
 * this one was copied from. PostgreSQL itself sees only that the pid lives, and would refuse to start; a pid
 * file of a dead process it removes itself, after making sure that nothing of that server is left.
 */
export async function removeMistakenPidFile(cluster: string): Promise<void> {
  const claim = await readPidFile(cluster);
  // A zombie is no living process to us, but is one to PostgreSQL.
  if (
    claim !== undefined &&
    (await runningPostmaster(cluster)) === undefined &&
    signalWouldReach(claim.pid)
  ) {
    await rm(pidFile(cluster), { force: true });
  }
}

function signalWouldReach(pid: number): boolean {
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
  const text = await unless(['ENOENT'], readFile(pidFile(cluster), 'utf8'));
  const [pid, folder, , port, , , , status] = text?.split('\n').map((line) => line.trim()) ?? [];
  if (pid === undefined || !/^\d+$/.test(pid)) return undefined;
  return { pid: Number(pid), folder: folder ?? '', port: Number(port) || undefined, status };
}

/** The port of the server that ran last on a cluster, running or not; undefined if it cannot be told. */
export async function lastPort(cluster: string): Promise<number | undefined> {
  // What it was started with, in quotes; it stays when the server is gone.
  const options = await unless(['ENOENT'], readFile(join(cluster, 'postmaster.opts'), 'utf8'));
  return Number(/"port=(\d+)"/.exec(options ?? '')?.[1]) || undefined;
}

/** A server's working folder is its cluster, even after the folder was moved; elsewhere the path must do. */
async function isOfCluster({ pid, folder }: PidFile, cluster: string): Promise<boolean> {
  const own = await stat(cluster, { bigint: true });
  const its = await stat(`/proc/${pid}/cwd`, { bigint: true }).catch(() => undefined);
  if (its !== undefined) return its.dev === own.dev && its.ino === own.ino;
  return (await realpath(folder).catch(() => folder)) === (await realpath(cluster));
}

/**
 * Stops a server and waits until it is gone: with a checkpoint (`fast`), and without one if that takes too
 * long, which costs the next start a recovery and loses nothing.
 * @throws Unavailable `embedded-postgres-stop-failed`
 */
export async function stopPostmaster(
  postmaster: Postmaster,
  binaries: Pick<Binaries, 'pgCtl'>,
): Promise<void> {
  const gone = async (): Promise<true | undefined> =>
    (await isLiving(postmaster.pid, postmaster.start)) ? undefined : true;
  for (const [signal, timeoutMs] of [
    ['INT', FAST_AT_MOST],
    ['QUIT', IMMEDIATE_AT_MOST],
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
    // There a signal would be a kill; PostgreSQL's own tool knows how its servers are told.
    await runProgram(pgCtl, ['kill', signal, String(pid)], { timeoutMs: IMMEDIATE_AT_MOST });
    return;
  }
  await unless(
    ['ESRCH'],
    Promise.resolve().then(() => process.kill(pid, `SIG${signal}`)),
  );
}
