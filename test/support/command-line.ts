import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/upheld.js', import.meta.url));

export type Ran = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** A command that is under way. */
export type Running = Readonly<{
  ran: Promise<Ran>;
  /** What it has written to standard error so far. */
  stderr: () => string;
  /** Sends a signal to its process group, as Ctrl-C at a terminal does; nothing happens when it has ended. */
  signal: (signal: 'SIGINT' | 'SIGKILL') => void;
}>;

/** Runs `upheld` as built, with only these variables set besides the way to programs. */
export async function upheldCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ran> {
  return startCommand(args, environment).ran;
}

/** Runs another program of the checkout, likewise. */
export async function runProgram(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Ran> {
  return start(program, args, environment).ran;
}

/** Starts `upheld` as {@link upheldCommand} does, in a process group of its own. */
export function startCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Running {
  return start(PROGRAM, args, environment);
}

function start(program: string, args: readonly string[], environment: NodeJS.ProcessEnv): Running {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, HOME, ...environment },
    detached: true,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ran = Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]).then(
    ([stdout, [code]]) => ({ code, stdout, stderr }),
  );
  return {
    ran,
    stderr: () => stderr,
    signal: (signal) => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-child.pid, signal);
    },
  };
}

/** A folder that is removed afterwards. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'upheld-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
