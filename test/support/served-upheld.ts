import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './projections.js';

const SERVER = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** How long a start or an end may take, in milliseconds. */
const AT_MOST = 60_000;

/** The API as `npm start` serves it: built, and in a process of its own. */
export class ServedUpheld {
  /** What it wrote to standard error, line by line. */
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

  /** Starts it on a free port, with only these variables set besides the way to programs, and waits until it listens. */
  static async start(environment: NodeJS.ProcessEnv): Promise<ServedUpheld> {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [SERVER], {
      env: { PATH, HOME, UPHELD_PORT: '0', UPHELD_LOG_LEVEL: 'silent', ...environment },
    });
    const served = new ServedUpheld(child);
    await until(() => served.address !== undefined || !served.isRunning, AT_MOST).catch(() => undefined);
    if (served.address !== undefined) return served;
    child.kill('SIGKILL');
    throw new Error(`the server did not come to listen:\n${served.lines.join('\n')}`);
  }

  get url(): string {
    if (this.address === undefined) throw new Error('the server does not listen yet');
    return this.address;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** How it ends by itself, within a bound. */
  async end(): Promise<readonly [code: number | null, signal: NodeJS.Signals | null]> {
    await until(() => !this.isRunning, AT_MOST);
    return this.ended;
  }

  /** Ends it by a signal, and waits; it is killed if it does not end. */
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
