import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '../../src/event-store/position.js';
import { checkpointOf } from '../../src/projections/checkpoint.js';
import type { Application } from '../../src/application.js';
import { BenchCommands } from './bench-commands.js';
import type { Row } from './bench-floor.js';
import { limitFigure } from './figure.js';
import { quantile } from './samples.js';

const RATE = 500;
const SECONDS = 6;
const WARM_UP_SECONDS = 2;
/** How often the checkpoint is looked at, in milliseconds; a lag is told by so much too long at most. */
const LOOK_EVERY = 4;

/** From a command's acknowledgement until the statistics hold its event, with commands coming at an even pace. */
export const lagRow: Row = {
  name: 'lag',
  async measure(floor) {
    const upheld = await floor.freshUpheld();
    try {
      const commands = new BenchCommands(upheld.store);
      await lags(upheld, commands, RATE * WARM_UP_SECONDS, floor.signal);
      const began = performance.now();
      const measured = await lags(upheld, commands, RATE * SECONDS, floor.signal);
      // Of a log that does not keep the pace the projection would have less to do.
      const kept = Math.round((measured.length / (performance.now() - began)) * 1_000);
      const what = `live projection lag at ${kept} commands/s (of ${RATE}), p99`;
      return [limitFigure(what, quantile(measured, 0.99), 100, 'ms')];
    } finally {
      await upheld.close();
    }
  },
};

/** The lag of each of so many commands, in milliseconds. */
async function lags(
  upheld: Application,
  commands: BenchCommands,
  count: number,
  signal: AbortSignal,
): Promise<number[]> {
  const waiting = new Waiting();
  const measured: number[] = [];
  const sending = sendAtPace(commands, count, waiting);
  while (measured.length < count) {
    signal.throwIfAborted();
    const checkpoint = await checkpointOf('statistics', upheld.database);
    const now = performance.now();
    for (const at of waiting.heldBy(checkpoint)) measured.push(now - at);
    await pause(LOOK_EVERY);
  }
  await sending;
  return measured;
}

async function sendAtPace(commands: BenchCommands, count: number, waiting: Waiting): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1_000) * RATE));
    for (; sent < due; sent += 1) void waiting.add(commands.sendOne());
    await pause(1);
  }
}

/** Commands under way, or acknowledged and not yet in the statistics. */
class Waiting {
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

  /** When those that a checkpoint holds were acknowledged. @throws what a command failed with. */
  heldBy(checkpoint: Position): number[] {
    if (this.#failure !== undefined) throw this.#failure;
    const held = this.#acknowledged.filter(({ position }) => position <= checkpoint);
    this.#acknowledged = this.#acknowledged.filter(({ position }) => position > checkpoint);
    return held.map(({ at }) => at);
  }
}
