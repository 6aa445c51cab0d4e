import { Client } from 'pg';
import type { Row } from './bench-floor.js';
import { BenchLog } from './bench-log.js';
import { copyRows, rowsAfter } from './copy.js';
import { rateFigure } from './figure.js';
import { inTurns, timed } from './samples.js';

/**
 * Cases in memory through `decide`, hash chain and append into the log, nothing projected meanwhile; against COPY
 * of the very rows that came of it into another log with the same indexes.
 */
export const importRow: Row = {
  name: 'import',
  async measure(floor) {
    // Of its own, and gone afterwards: what the server has left to do for so large a log would fall on other rows.
    const databases = [await floor.freshDatabase(), await floor.freshDatabase()] as const;
    const log = await BenchLog.open(databases[0]);
    const other = new Client({ connectionString: databases[1] });
    try {
      await other.connect();
      let rows: Buffer = Buffer.alloc(0);
      let events = 0;
      const pairs = await inTurns(floor.scale.importRounds, {
        warmUp: 1,
        achieved: async () => {
          floor.signal.throwIfAborted();
          const before = await log.head();
          const grown = await log.grow(floor.scale.importCases);
          events = grown.events;
          rows = await rowsAfter(before, log.client);
          return (events / grown.ms) * 1_000;
        },
        bound: async () => (events / (await timed(() => copyRows(rows, other)))) * 1_000,
      });
      return [
        rateFigure('import through the domain into the log; COPY of the same rows', pairs, 'events', 0.5),
      ];
    } finally {
      await other.end();
      await log.close();
      for (const database of databases) await floor.dropDatabase(database);
    }
  },
};
