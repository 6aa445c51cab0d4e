import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemCode } from '../system-error.js';

/** Stands for the start of a living process whose start is not known. */
export const START_UNKNOWN = 0;

/**
 * When a living process started, in units of the system: two processes that have had the same pid differ in it.
 * Undefined when there is no such process, or only its zombie. A container without an init process keeps zombies
 * for ever, and they can still be signalled.
 */
export async function processStart(pid: number): Promise<number | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
    if (stat !== undefined) return startInProcStat(stat);
  } else if (process.platform !== 'win32') {
    return startByPs(pid);
  }
  return signalReaches(pid) ? START_UNKNOWN : undefined;
}

/** Whether the process with this pid and `start` is alive. */
export async function isLiving(pid: number, start: number): Promise<boolean> {
  const present = await processStart(pid);
  if (present === undefined) return false;
  return present === start || present === START_UNKNOWN || start === START_UNKNOWN;
}

/** Field 22 of `/proc/PID/stat`, in clock ticks since the machine started (`man 5 proc_pid_stat`). */
function startInProcStat(stat: string): number | undefined {
  // The second field is the program's name in brackets, and may itself contain blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return isDead(fields[0]) ? undefined : Number(fields[19]);
}

/** The start as `ps` reports it, in milliseconds since 1970; for systems without `/proc`. */
export async function startByPs(pid: number): Promise<number | undefined> {
  const ps = promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    timeout: 10_000,
  });
  const line = await ps.then(({ stdout }) => stdout.trim()).catch(() => '');
  const [, state, begun] = /^(\S+)\s+(.+)$/.exec(line) ?? [];
  if (begun === undefined) return signalReaches(pid) ? START_UNKNOWN : undefined;
  return isDead(state) ? undefined : Date.parse(`${begun} UTC`) || START_UNKNOWN;
}

const isDead = (state: string | undefined): boolean => state === undefined || /^[ZXx]/.test(state);

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
