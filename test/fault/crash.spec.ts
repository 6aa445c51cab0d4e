import { setTimeout as pause } from 'node:timers/promises';
import type { Application } from '../../src/application.js';
import { CrashingProcess, PHASES, type Phase, type Target } from '../support/crashing-process.js';
import { createDatabase } from '../support/database.js';
import { TestDataFolder } from '../support/embedded-postgres-child.folder.js';
import { expectEqualToFreshFold } from '../support/fresh-fold.js';
import { until } from '../support/projections.js';

const KILLS = 50;
/** How many kills hit processes: on one log, and on another log after its embedded servers were killed. */
const PROCESSES = { alone: 25, afterServers: 14 };
/** When to kill: during a phase, just after a swap, or at any time. */
type Aim = Phase | 'swapped' | 'anywhere';
/** The line after which the kill follows, and the longest delay of the kill, in milliseconds. */
const KILL_TIMES: Readonly<Record<Aim, { line: string; within: number }>> = {
  anywhere: { line: 'ready', within: 300 },
  append: { line: 'stored', within: 30 },
  page: { line: 'begin page', within: 20 },
  rebuild: { line: 'folded', within: 20 },
  swap: { line: 'begin swap', within: 20 },
  swapped: { line: 'swapped', within: 20 },
};

/** Aborted when the test has ended in any way. Ends all work under way. */
const over = new AbortController();
const runs: Promise<void>[] = [];
afterEach(async () => {
  over.abort();
  await Promise.allSettled(runs);
}, 120_000);

/** How many kills there were, and for processes and embedded servers how many of them hit each phase. */
class Count {
  readonly processes = { append: 0, page: 0, rebuild: 0, swap: 0 };
  readonly servers = { append: 0, page: 0, rebuild: 0, swap: 0 };
  killed = 0;
  /** Streams with an acknowledged event. */
  stored = 0;
  /** Rebuilds that finished. */
  swaps = 0;

  /** One kill in five comes at any time, one just after a swap, and the others during the phase that was hit least. */
  nextAim(): Aim {
    if (this.killed % 5 === 0) return 'anywhere';
    if (this.killed % 5 === 1) return 'swapped';
    return PHASES.toSorted((one, other) => this.processes[one] - this.processes[other])[0] ?? 'anywhere';
  }
}

/** Waits until it is time for a kill. */
async function waitForKillTime(running: CrashingProcess, aim: Aim): Promise<void> {
  const { line, within } = KILL_TIMES[aim];
  await running.waitForLine(line);
  await pause(Math.random() * within);
}

/** Waits until it is time for a kill and the process is in the given phase. */
async function waitForPhase(running: CrashingProcess, phase: Phase): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    await waitForKillTime(running, phase);
    if (running.isWithin(phase)) return;
  }
  throw new Error(`the process was never in the phase ${phase}`);
}

/** Starts a process and kills it. Returns the acknowledged revision of each stream. */
async function killOne(target: Target, round: number, count: Count): Promise<Map<string, number>> {
  const aim = count.nextAim();
  const running = new CrashingProcess(target, round, aim, over.signal);
  try {
    await waitForKillTime(running, aim);
  } finally {
    expect(await running.kill()).toBe('SIGKILL');
  }
  count.killed += 1;
  count.swaps += running.swaps;
  if (aim !== 'anywhere' && aim !== 'swapped' && running.isWithin(aim)) count.processes[aim] += 1;
  return running.stored;
}

/** Kills processes on one log, one after another, and then compares its read models with a fresh fold. */
async function killProcesses(kills: number, count: Count): Promise<void> {
  const { url, drop } = await createDatabase();
  const stored = new Map<string, number>();
  try {
    for (let round = 0; round < kills; round += 1) {
      over.signal.throwIfAborted();
      for (const [stream, revision] of await killOne({ databaseUrl: url }, round, count))
        stored.set(stream, revision);
    }
    await expectWhole({ databaseUrl: url }, stored);
    count.stored += stored.size;
  } finally {
    await drop();
  }
}

/** Kills the embedded server of a process in each phase, and then the process: one with its server, one without. */
async function killServers(count: Count): Promise<void> {
  const place = new TestDataFolder();
  await place.setUp();
  const target = { dataFolder: place.dataFolder };
  const stored = new Map<string, number>();
  const kill = async (): Promise<number> => {
    const pid = await place.killServer();
    count.killed += 1;
    return pid;
  };
  try {
    for (const round of [0, 1]) {
      const running = new CrashingProcess(target, round, 'each', over.signal);
      try {
        for (const phase of PHASES) {
          await waitForPhase(running, phase);
          const killed = await kill();
          count.servers[phase] += 1;
          const another = async () => ![killed, undefined].includes((await place.postmaster())?.pid);
          await until(async () => over.signal.aborted || (await another()), 60_000);
          await running.waitForLine('stored');
        }
        if (round === 0) await kill();
      } finally {
        expect(await running.kill()).toBe('SIGKILL');
      }
      count.killed += 1;
      count.swaps += running.swaps;
      for (const [stream, revision] of running.stored) stored.set(stream, revision);
    }
    await expectWhole(target, stored);
    count.stored += stored.size;
  } finally {
    await place.tearDown();
  }
}

/** Expects that the read models equal a fresh fold, and that all acknowledged events are in the log. */
async function expectWhole(target: Target, stored: ReadonlyMap<string, number>): Promise<void> {
  const alsoExpect = async ({ store }: Application) => {
    const last = new Map<string, number>();
    for await (const { stream, revision } of store.readAll()) last.set(stream, revision);
    const missing = [...stored].filter(([stream, revision]) => (last.get(stream) ?? -1) < revision);
    expect(missing).toEqual([]);
  };
  await expectEqualToFreshFold(target, { signal: over.signal, alsoExpect });
}

describe('killed at random points while it appends, projects, rebuilds and swaps', () => {
  it('leaves read models equal to a fresh fold, and every acknowledged event (slow)', async () => {
    const count = new Count();
    // Two runs at the same time, one for each processor of a small machine. Both run to their ends, even if one fails,
    // so that they clean up.
    runs.push(
      killProcesses(PROCESSES.alone, count),
      killServers(count).then(() => killProcesses(PROCESSES.afterServers, count)),
    );
    const ended = await Promise.allSettled(runs);
    expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(count.killed).toBe(KILLS);
    // Otherwise the processes did too little for the kills to prove anything.
    expect(count.stored).toBeGreaterThan(KILLS);
    expect(count.swaps).toBeGreaterThanOrEqual(10);
    const { processes, servers } = count;
    const missed = PHASES.filter((phase) => processes[phase] === 0);
    expect({ processes, missed }).toEqual({ processes, missed: [] });
    expect(servers).toEqual({ append: 2, page: 2, rebuild: 2, swap: 2 });
  }, 300_000);
});
