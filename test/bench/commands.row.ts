import { randomUUID } from 'node:crypto';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import type { Row } from './bench-environment.js';
import { BenchCommands, complaintReceived } from './bench-commands.js';
import { rateFigure } from './figure.js';
import { measureAlternately, timed } from './samples.js';

const IN_FLIGHT = 64;
const COMMANDS = 2_000;
const APPENDS = 300;

/**
 * Commands through their handler, each acknowledged when its event is durable. The bound: appends of the same event
 * one after another, so that the engine stores each with its own version check and commit, on one connection.
 */
export const commandsRow: Row = {
  name: 'commands',
  async measure(bench) {
    const url = await bench.freshDatabase();
    const store = new PostgresEventStore({ connectionString: url });
    const serialStore = new PostgresEventStore({ connectionString: await bench.freshDatabase() });
    try {
      const commands = new BenchCommands(store);
      const pairs = await measureAlternately(4, {
        warmUp: 1,
        achieved: async () => {
          bench.signal.throwIfAborted();
          return (COMMANDS / (await timed(() => commands.send(COMMANDS, IN_FLIGHT)))) * 1_000;
        },
        bound: async () => {
          const ms = await timed(async () => {
            for (let sent = 0; sent < APPENDS; sent += 1) {
              await serialStore.append(`complaint-${randomUUID()}`, 'no-stream', [complaintReceived()]);
            }
          });
          return (APPENDS / ms) * 1_000;
        },
      });
      const what = `durable commands, ${IN_FLIGHT} in flight; bound: appends one after another`;
      return [rateFigure(what, pairs, 'commands', 4)];
    } finally {
      await serialStore.close();
      await store.close();
    }
  },
};
