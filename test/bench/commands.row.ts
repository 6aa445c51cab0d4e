import { randomUUID } from 'node:crypto';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import type { Row } from './bench-floor.js';
import { BenchCommands, complaintReceived } from './bench-commands.js';
import { rateFigure } from './figure.js';
import { inTurns, timed } from './samples.js';

const IN_FLIGHT = 64;
const COMMANDS = 2_000;
const COMMITS = 300;

/**
 * Commands through their handler, each acknowledged when it is on the disk; against the append alone of one such
 * event after another, which the engine then stores with a version check and a commit each, on one connection.
 */
export const commandsRow: Row = {
  name: 'commands',
  async measure(floor) {
    const url = await floor.freshDatabase();
    const store = new PostgresEventStore({ connectionString: url });
    const alone = new PostgresEventStore({ connectionString: await floor.freshDatabase() });
    try {
      const commands = new BenchCommands(store);
      const pairs = await inTurns(4, {
        warmUp: 1,
        achieved: async () => {
          floor.signal.throwIfAborted();
          return (COMMANDS / (await timed(() => commands.send(COMMANDS, IN_FLIGHT)))) * 1_000;
        },
        bound: async () => {
          const ms = await timed(async () => {
            for (let sent = 0; sent < COMMITS; sent += 1) {
              await alone.append(`complaint-${randomUUID()}`, 'no-stream', [complaintReceived()]);
            }
          });
          return (COMMITS / ms) * 1_000;
        },
      });
      const what = `durable commands, ${IN_FLIGHT} in flight; one commit each on one connection`;
      return [rateFigure(what, pairs, 'commands', 4)];
    } finally {
      await alone.close();
      await store.close();
    }
  },
};
