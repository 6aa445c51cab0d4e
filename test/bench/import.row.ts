import { Client } from 'pg';
import type { Row } from './bench-environment.js';
import { BenchLog } from './bench-log.js';
import { copyRows, rowsAfter } from './copy.js';
import { rateFigure } from './figure.js';
import { measureAlternately, timed } from './samples.js';

/**
 * Imports cases that are in memory: `decide`, hash chain and append to the log, with no projection running. The bound:
 * COPY of the resulting rows into another log with the same indexes.
 */
export const importRow: Row = {
  name: 'import',
  async measure(bench) {
    // Dropped afterwards: the server's background work on so large a log would slow down the other rows.
    const databases = [await bench.freshDatabase(), await bench.freshDatabase()] as const;
    const log = await BenchLog.open(databases[0]);
    const copyTarget = new Client({ connectionString: databases[1] });
    try {
      await copyTarget.connect();
      let rows: Buffer = Buffer.alloc(0);
      let events = 0;
      const pairs = await measureAlternately(bench.scale.importRounds, {
        warmUp: 1,
        achieved: async () => {
          bench.signal.throwIfAborted();
          const before = await log.head();
          const grown = await log.grow(bench.scale.importCases);
          events = grown.events;
          rows = await rowsAfter(before, log.client);
          return (events / grown.ms) * 1_000;
        },
        bound: async () => (events / (await timed(() => copyRows(rows, copyTarget)))) * 1_000,
      });
      return [
        rateFigure(
          'import through the domain into the log; bound: COPY of the same rows',
          pairs,
          'events',
          0.5,
        ),
      ];
    } finally {
      await copyTarget.end();
      await log.close();
      for (const database of databases) await bench.dropDatabase(database);
    }
  },
};
