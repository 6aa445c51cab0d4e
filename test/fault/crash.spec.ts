import { setTimeout as pause } from 'node:timers/promises';
import type { Application } from '../../src/application.js';
import { CrashingProcess, PHASES, type Phase, type Target } from '../support/crashing-process.js';
import { createDatabase } from '../support/database.js';
import { TestDataFolder } from '../support/embedded-postgres-child.folder.js';
import { expectEqualToFreshFold } from '../support/fresh-fold.js';
import { until } from '../support/projections.js';

const KILLS = 50;
/** Of those, how many hit processes on one log, and how many such on another, after embedded servers were killed. */
const PROCESSES = { alone: 25, afterServers: 14 };
/** At a phase, just after a swap, or at none of them. */
type Aim = Phase | 'swapped' | 'anywhere';
/** What is said just before a kill that is aimed, and the longest it then takes, in milliseconds. */
const MOMENTS: Readonly<Record<Aim, { said: string; within: number }>> = {
  anywhere: { said: 'ready', within: 300 },
  append: { said: 'stored', within: 30 },
  page: { said: 'begin page', within: 20 },
  rebuild: { said: 'folded', within: 20 },
  swap: { said: 'begin swap', within: 20 },
  swapped: { said: 'swapped', within: 20 },
};

/** Ends what is under way when the test is over, whichever way. */
const over = new AbortController();
const lanes: Promise<void>[] = [];
afterEach(async () => {
  over.abort();
  await Promise.allSettled(lanes);
}, 120_000);

/** Kills of processes and of embedded servers: how many were aimed at a phase and met it. */
class Count {
  readonly processes = { append: 0, page: 0, rebuild: 0, swap: 0 };
  readonly servers = { append: 0, page: 0, rebuild: 0, swap: 0 };
  killed = 0;
  /** Streams of which an event was acknowledged, and rebuilds that came to their end. */
  stored = 0;
  swaps = 0;

  /** Every fifth kill comes anywhere, every fifth just after a swap; each other at the phase that was met least. */
  nextAim(): Aim {
    if (this.killed % 5 === 0) return 'anywhere';
    if (this.killed % 5 === 1) return 'swapped';
    return PHASES.toSorted((one, other) => this.processes[one] - this.processes[other])[0] ?? 'anywhere';
  }
}

/** Waits for the moment of an aim. */
async function moment(running: CrashingProcess, aim: Aim): Promise<void> {
  const { said, within } = MOMENTS[aim];
  await running.says(said);
  await pause(Math.random() * within);
}

/** Waits for a moment at which it is in the midst of a phase, by the last it said. */
async function midst(running: CrashingProcess, phase: Phase): Promise<void> {
  for (let time = 0; time < 50; time += 1) {
    await moment(running, phase);
    if (running.isWithin(phase)) return;
  }
  throw new Error(`it was never met in the midst of ${phase}`);
}

/** Starts a process, and kills it at the moment of an aim; what it had stored by then. */
async function killOne(target: Target, round: number, count: Count): Promise<Map<string, number>> {
  const aim = count.nextAim();
  const running = new CrashingProcess(target, round, aim, over.signal);
  try {
    await moment(running, aim);
  } finally {
    expect(await running.kill()).toBe('SIGKILL');
  }
  count.killed += 1;
  count.swaps += running.swaps;
  if (aim !== 'anywhere' && aim !== 'swapped' && running.isWithin(aim)) count.processes[aim] += 1;
  return running.stored;
}

/** Kills processes on one log, one after another, and then compares what is left with a fresh fold. */
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

/** Kills the embedded server of processes that are at work, in each phase, and at last them: one with its server. */
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
          await midst(running, phase);
          const killed = await kill();
          count.servers[phase] += 1;
          const another = async () => ![killed, undefined].includes((await place.postmaster())?.pid);
          await until(async () => over.signal.aborted || (await another()), 60_000);
          await running.says('stored');
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

/** Looks whether the read models equal a fresh fold, and whether all that was acknowledged is in the log. */
async function expectWhole(target: Target, stored: ReadonlyMap<string, number>): Promise<void> {
  const look = async ({ store }: Application) => {
    const last = new Map<string, number>();
    for await (const { stream, revision } of store.readAll()) last.set(stream, revision);
    const missing = [...stored].filter(([stream, revision]) => (last.get(stream) ?? -1) < revision);
    expect(missing).toEqual([]);
  };
  await expectEqualToFreshFold(target, { signal: over.signal, look });
}

describe('killed at random points while it appends, projects, rebuilds and swaps', () => {
  it('leaves read models equal to a fresh fold, and every acknowledged event (slow)', async () => {
    const count = new Count();
    // Two at a time, one for each processor of a small machine; each to its end, also when the other has failed, for
    // they clean up after themselves.
    lanes.push(
      killProcesses(PROCESSES.alone, count),
      killServers(count).then(() => killProcesses(PROCESSES.afterServers, count)),
    );
    const ended = await Promise.allSettled(lanes);
    expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(count.killed).toBe(KILLS);
    // Otherwise the kills have proved less than they claim.
    expect(count.stored).toBeGreaterThan(KILLS);
    expect(count.swaps).toBeGreaterThanOrEqual(10);
    const { processes, servers } = count;
    const missed = PHASES.filter((phase) => processes[phase] === 0);
    expect({ processes, missed }).toEqual({ processes, missed: [] });
    expect(servers).toEqual({ append: 2, page: 2, rebuild: 2, swap: 2 });
  }, 300_000);
});
