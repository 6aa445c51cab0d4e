import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './projections.js';

const SERVER = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** How long a start or a shutdown may take, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** The API as `npm start` serves it: the built program in a separate process. */
export class ServedUpheld {
  /** The lines of its standard error. */
  readonly lines: string[] = [];
  private readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  private address: string | undefined;

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.stdout?.resume();
    if (child.stderr === null) throw new Error('the server has no standard error');
    createInterface(child.stderr).on('line', (line) => {
      this.lines.push(line);
      this.address ??= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    });
  }

  /** Starts it on a free port, with only these variables besides PATH and HOME, and waits until it listens. */
  static async start(environment: NodeJS.ProcessEnv): Promise<ServedUpheld> {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [SERVER], {
      env: { PATH, HOME, UPHELD_PORT: '0', UPHELD_LOG_LEVEL: 'silent', ...environment },
    });
    const served = new ServedUpheld(child);
    await until(() => served.address !== undefined || !served.isRunning, TIMEOUT_MS).catch(() => undefined);
    if (served.address !== undefined) return served;
    child.kill('SIGKILL');
    throw new Error(`the server does not listen:\n${served.lines.join('\n')}`);
  }

  get url(): string {
    if (this.address === undefined) throw new Error('the server does not listen yet');
    return this.address;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until it ends by itself, for a limited time. Returns its exit code and signal. */
  async end(): Promise<readonly [code: number | null, signal: NodeJS.Signals | null]> {
    await until(() => !this.isRunning, TIMEOUT_MS);
    return this.ended;
  }

  /** Sends it a signal and waits until it ends; kills it if it does not. */
  async stop(
    signal: 'SIGINT' | 'SIGKILL' = 'SIGINT',
  ): Promise<readonly [code: number | null, signal: NodeJS.Signals | null]> {
    if (this.isRunning) this.child.kill(signal);
    try {
      return await this.end();
    } catch (error) {
      this.child.kill('SIGKILL');
      throw error;
    }
  }
}
