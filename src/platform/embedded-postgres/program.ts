import { spawn } from 'node:child_process';

/** The numbers of a user of the system and of its group. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** How to run a program. */
export interface ProgramOptions {
  /** The user to run it as; default: the user of this process. */
  readonly as?: UserIds | undefined;
  readonly cwd?: string;
  /** For its standard input. */
  readonly input?: string;
  /** The program is killed after this many milliseconds. */
  readonly timeoutMs: number;
  /** The program is killed when this aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended. */
export interface ProgramResult {
  readonly succeeded: boolean;
  /** The last 20,000 characters of its standard output and standard error. */
  readonly output: string;
}

const MAX_OUTPUT = 20_000;

/** Runs a program to its end. Never rejects: a program that cannot be started at all has not succeeded. */
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
      output = `${output}${String(text)}`.slice(-MAX_OUTPUT);
    };
    const kill = (reason: string) => (): void => {
      keep(`\n${reason}\n`);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(kill(`killed after ${options.timeoutMs / 1000} s`), options.timeoutMs);
    const abort = kill('killed because the caller aborted');
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
    // A program that ends before it has read its input breaks the pipe; its exit code shows whether it failed.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** The options of `spawn` that run a child as another user; Node then drops the supplementary groups of root, too. */
export function identityOf(user: UserIds | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/**
 * The environment for PostgreSQL's programs: without variables that change their behaviour or output (PGDATA,
 * PGOPTIONS, LANG …), and without the caller's secrets.
 */
export function environment(): NodeJS.ProcessEnv {
  const needed = ['PATH', 'SystemRoot', 'TEMP', 'TMP'];
  const given = needed.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), LC_ALL: 'C', TZ: 'UTC' };
}
