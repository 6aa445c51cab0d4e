import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './projections.js';

const SCRIPT = fileURLToPath(new URL('./crash-child.js', import.meta.url));
/** The longest wait for a line, in milliseconds. */
const LINE_TIMEOUT_MS = 60_000;

/** The phases of work during which a process can be killed. */
export const PHASES = ['append', 'page', 'rebuild', 'swap'] as const;
export type Phase = (typeof PHASES)[number];

/** Where it keeps its log and read models. */
export type Target = Readonly<{ databaseUrl: string } | { dataFolder: string }>;

/** A process of `crash-child.js`, and the lines that it printed. */
export class CrashingProcess {
  /** The last acknowledged revision of each stream. */
  readonly stored = new Map<string, number>();
  private readonly counts = new Map<string, number>();
  private readonly outputEnded: Promise<unknown>;
  private readonly child: ChildProcess;

  /**
   * @param aim the phase in which it pauses; `each` for all phases; any other word for none.
   * @param signal kills the process.
   */
  constructor(target: Target, round: number, aim: string, signal: AbortSignal) {
    this.child = spawn(process.execPath, [SCRIPT, JSON.stringify(target), String(round), aim], {
      stdio: ['ignore', 'pipe', 'inherit'],
      signal,
      killSignal: 'SIGKILL',
    });
    // The exit code and the signal show how it ended.
    this.child.on('error', () => undefined);
    if (this.child.stdout === null) throw new Error('the process has no standard output');
    const lines = createInterface(this.child.stdout).on('line', (line) => {
      this.countLine(line);
    });
    this.outputEnded = Promise.all([once(lines, 'close'), once(this.child, 'close')]);
  }

  /** Waits until it prints a line once more. @throws when it ends instead. */
  async waitForLine(line: string): Promise<void> {
    const before = this.times(line);
    await until(() => this.times(line) > before || !this.isRunning, LINE_TIMEOUT_MS);
    if (!this.isRunning) throw new Error(`the process ended before it printed ${line}`);
  }

  /** Whether it is in a phase, according to its output so far. */
  isWithin(phase: Phase): boolean {
    return this.times(`begin ${phase}`) > this.times(`end ${phase}`);
  }

  /** Number of its rebuilds that finished. */
  get swaps(): number {
    return this.times('swapped');
  }

  /** Kills it, and reads its output to the end. */
  async kill(): Promise<NodeJS.Signals | null> {
    this.child.kill('SIGKILL');
    await this.outputEnded;
    return this.child.signalCode;
  }

  private get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  private times(line: string): number {
    return this.counts.get(line) ?? 0;
  }

  private countLine(line: string): void {
    const [word = '', stream = '', revision] = line.split(' ');
    if (word === 'stored') this.stored.set(stream, Number(revision));
    const key = word === 'stored' ? word : line;
    this.counts.set(key, this.times(key) + 1);
  }
}
