import { spawn } from 'node:child_process';
import type { ServerUser } from './server-user.js';

/** How a program is run: `as` whom (default: this process's user), with what on its standard input. */
export interface ProgramOptions {
  readonly as?: ServerUser | undefined;
  readonly cwd?: string;
  readonly input?: string;
  /** Milliseconds, after which it is killed. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended. `output` is the end of what it wrote to both of its outputs. */
export interface ProgramResult {
  readonly succeeded: boolean;
  readonly output: string;
}

const OUTPUT_KEPT = 20_000;

/** Runs a program to its end. Never rejects: a program that cannot be run at all has not succeeded. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = '';
    let child;
    try {
      child = spawn(program, args, { ...identityOf(options.as), cwd: options.cwd, env: environment() });
    } catch (error) {
      resolve({ succeeded: false, output: String(error) });
      return;
    }
    const keep = (text: unknown): void => {
      output = `${output}${String(text)}`.slice(-OUTPUT_KEPT);
    };
    const stop = (why: string) => (): void => {
      keep(`\n${why}\n`);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(stop(`gave up after ${options.timeoutMs / 1000} s`), options.timeoutMs);
    const abort = stop('gave up because the caller did');
    options.signal?.addEventListener('abort', abort);
    if (options.signal?.aborted === true) abort();
    const finish = (succeeded: boolean): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      resolve({ succeeded, output: output.trim() });
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      keep(error.message);
      finish(false);
    });
    child.on('close', (code) => {
      finish(code === 0);
    });
    // A program that ends before it has read its input breaks the pipe; its exit code tells the story.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** The part of spawn's options that runs a child as another user; Node then drops root's other groups too. */
export function identityOf(user: ServerUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/**
 * What PostgreSQL's programs are given of the environment: nothing that could change where they look or
 * what they say (PGDATA, PGOPTIONS, LANG …), and nothing of the caller's secrets.
 */
export function environment(): NodeJS.ProcessEnv {
  const needed = ['PATH', 'SystemRoot', 'TEMP', 'TMP'];
  const given = needed.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), LC_ALL: 'C', TZ: 'UTC' };
}
