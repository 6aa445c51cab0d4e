import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the child printed once it had opened the database, or failed to. */
export interface Answer {
  readonly url: string;
  readonly joined: boolean;
  readonly notices: readonly string[];
  readonly code?: string;
}

/** Another process that uses the embedded PostgreSQL. */
export interface DatabaseChild {
  readonly pid: number;
  readonly answer: Promise<Answer>;
  /** Lets it close the database, and waits for its end. */
  close(): Promise<void>;
  /** Signals its whole process group, as a terminal's Ctrl-C does, and waits for its end. */
  kill(signal: 'SIGKILL' | 'SIGINT'): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('./embedded-postgres-child.js', import.meta.url));

/** Starts `embedded-postgres-child.js` in a process group of its own. */
export function startChild(options: { dataFolder: string; systemFolder?: string }): DatabaseChild {
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify(options)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the child process did not start');
  const end = once(child, 'exit');
  const answer = once(createInterface(child.stdout), 'line').then(
    ([line]) => JSON.parse(String(line)) as Answer,
  );
  return {
    pid,
    answer,
    close: async () => {
      child.stdin.end();
      await end;
    },
    kill: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, signal);
      await end;
    },
  };
}
