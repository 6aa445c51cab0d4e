import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '../../src/event-store/position.js';
import { checkpointOf } from '../../src/projections/checkpoint.js';
import type { Application } from '../../src/application.js';
import { BenchCommands } from './bench-commands.js';
import type { Row } from './bench-environment.js';
import { limitFigure } from './figure.js';
import { quantile } from './samples.js';

const RATE = 500;
const SECONDS = 6;
const WARM_UP_SECONDS = 2;
/** Milliseconds between two reads of the checkpoint. A measured lag is too long by at most this. */
const SAMPLE_INTERVAL_MS = 4;

/** The time from the acknowledgement of a command until the statistics include its event, at a steady command rate. */
export const lagRow: Row = {
  name: 'lag',
  async measure(bench) {
    const upheld = await bench.freshUpheld();
    try {
      const commands = new BenchCommands(upheld.store);
      await lags(upheld, commands, RATE * WARM_UP_SECONDS, bench.signal);
      const began = performance.now();
      const measured = await lags(upheld, commands, RATE * SECONDS, bench.signal);
      // Shown with the lag: a log that cannot keep up with the rate would leave the projection less to do.
      const actual = Math.round((measured.length / (performance.now() - began)) * 1_000);
      const what = `live projection lag, p99, at ${actual} commands/s (${RATE} requested)`;
      return [limitFigure(what, quantile(measured, 0.99), 100, 'ms')];
    } finally {
      await upheld.close();
    }
  },
};

/** The lag of each of `count` commands, in milliseconds. */
async function lags(
  upheld: Application,
  commands: BenchCommands,
  count: number,
  signal: AbortSignal,
): Promise<number[]> {
  const unprojected = new UnprojectedCommands();
  const measured: number[] = [];
  const sending = sendSteadily(commands, count, unprojected);
  while (measured.length < count) {
    signal.throwIfAborted();
    const checkpoint = await checkpointOf('statistics', upheld.database);
    const now = performance.now();
    for (const at of unprojected.removeUpTo(checkpoint)) measured.push(now - at);
    await pause(SAMPLE_INTERVAL_MS);
  }
  await sending;
  return measured;
}

async function sendSteadily(
  commands: BenchCommands,
  count: number,
  unprojected: UnprojectedCommands,
): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1_000) * RATE));
    for (; sent < due; sent += 1) void unprojected.add(commands.sendOne());
    await pause(1);
  }
}

/** Commands that are under way, or acknowledged and not yet in the statistics. */
class UnprojectedCommands {
  #acknowledged: { position: Position; at: number }[] = [];
  #failure: Error | undefined;

  async add(command: Promise<Position>): Promise<void> {
    try {
      const position = await command;
      this.#acknowledged.push({ position, at: performance.now() });
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Removes the commands up to a checkpoint. Returns when they were acknowledged. @throws the error of a failed command. */
  removeUpTo(checkpoint: Position): number[] {
    if (this.#failure !== undefined) throw this.#failure;
    const projected = this.#acknowledged.filter(({ position }) => position <= checkpoint);
    this.#acknowledged = this.#acknowledged.filter(({ position }) => position > checkpoint);
    return projected.map(({ at }) => at);
  }
}
