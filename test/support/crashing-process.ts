import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './projections.js';

const SCRIPT = fileURLToPath(new URL('./crash-child.js', import.meta.url));
/** How long it may take to come to what is waited for, in milliseconds. */
const AT_MOST = 60_000;

/** What a process can be in the midst of. */
export const PHASES = ['append', 'page', 'rebuild', 'swap'] as const;
export type Phase = (typeof PHASES)[number];

/** Where it keeps its log and read models. */
export type Target = Readonly<{ databaseUrl: string } | { dataFolder: string }>;

/** A process of `crash-child.js`, with what it said of itself. */
export class CrashingProcess {
  /** The last revision of each stream that it was acknowledged. */
  readonly stored = new Map<string, number>();
  private readonly said = new Map<string, number>();
  private readonly read: Promise<unknown>;
  private readonly child: ChildProcess;

  /**
   * @param aim where it lingers: in a phase, in each, or, for any other word, nowhere.
   * @param signal kills it, whoever waits for it.
   */
  constructor(target: Target, round: number, aim: string, signal: AbortSignal) {
    this.child = spawn(process.execPath, [SCRIPT, JSON.stringify(target), String(round), aim], {
      stdio: ['ignore', 'pipe', 'inherit'],
      signal,
      killSignal: 'SIGKILL',
    });
    // Told by how it ended.
    this.child.on('error', () => undefined);
    if (this.child.stdout === null) throw new Error('the process has no standard output');
    const lines = createInterface(this.child.stdout).on('line', (line) => {
      this.hear(line);
    });
    this.read = Promise.all([once(lines, 'close'), once(this.child, 'close')]);
  }

  /** Waits until it says something once more. @throws when it ends instead. */
  async says(line: string): Promise<void> {
    const before = this.times(line);
    await until(() => this.times(line) > before || !this.isRunning, AT_MOST);
    if (!this.isRunning) throw new Error(`the process ended before it said ${line}`);
  }

  /** Whether it was in the midst of a phase by the last it said. */
  isWithin(phase: Phase): boolean {
    return this.times(`begin ${phase}`) > this.times(`end ${phase}`);
  }

  /** How often a rebuild of it came to its end. */
  get swaps(): number {
    return this.times('swapped');
  }

  /** Kills it, and reads to the end what it said. */
  async kill(): Promise<NodeJS.Signals | null> {
    this.child.kill('SIGKILL');
    await this.read;
    return this.child.signalCode;
  }

  private get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  private times(line: string): number {
    return this.said.get(line) ?? 0;
  }

  private hear(line: string): void {
    const [word = '', stream = '', revision] = line.split(' ');
    if (word === 'stored') this.stored.set(stream, Number(revision));
    const heard = word === 'stored' ? word : line;
    this.said.set(heard, this.times(heard) + 1);
  }
}
