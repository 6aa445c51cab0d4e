import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/upheld.js', import.meta.url));

/** The exit code and the output of a command that has ended. */
export type CommandOutput = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** A running command. */
export type RunningCommand = Readonly<{
  ended: Promise<CommandOutput>;
  /** Its standard error so far. */
  stderr: () => string;
  /** Sends a signal to its process group, as Ctrl-C at a terminal does; does nothing once it has ended. */
  signal: (signal: 'SIGINT' | 'SIGKILL') => void;
}>;

/** Runs the built `upheld`, with only these environment variables besides PATH and HOME. */
export async function upheldCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<CommandOutput> {
  return startCommand(args, environment).ended;
}

/** Runs another program of the checkout in the same way. */
export async function runProgram(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<CommandOutput> {
  return start(program, args, environment).ended;
}

/** Starts `upheld` as {@link upheldCommand} does, in a process group of its own. */
export function startCommand(args: readonly string[], environment: NodeJS.ProcessEnv): RunningCommand {
  return start(PROGRAM, args, environment);
}

function start(program: string, args: readonly string[], environment: NodeJS.ProcessEnv): RunningCommand {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, HOME, ...environment },
    detached: true,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]).then(
    ([stdout, [code]]) => ({ code, stdout, stderr }),
  );
  return {
    ended,
    stderr: () => stderr,
    signal: (signal) => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-child.pid, signal);
    },
  };
}

/** A new folder, and how to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'upheld-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
