import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { StatisticsProjection } from '../../src/statistics/read-model/statistics.projection.js';
import { PeakMemory } from './peak-memory.js';
import { measureAlternately, timed, type PairedRates } from './samples.js';

/** Which log to rebuild from, how often, and how many events it has. */
export type RebuildTask = Readonly<{ databaseUrl: string; rounds: number; events: number }>;

/** Events per second, and the peak memory of the process in megabytes. */
export type RebuildAnswer = Readonly<{ pairs: PairedRates; peak: number }> | Readonly<{ failed: string }>;

process.on('message', (task: RebuildTask) => {
  void answerTo(task).then((answer) => process.send?.(answer));
});
// Ends with the benchmark.
process.on('disconnect', () => process.exit());

async function answerTo(task: RebuildTask): Promise<RebuildAnswer> {
  try {
    return await measure(task);
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function measure({ databaseUrl, rounds, events }: RebuildTask): Promise<RebuildAnswer> {
  const store = new PostgresEventStore({ connectionString: databaseUrl });
  const database = await openDatabase(databaseUrl, []);
  const projection = new StatisticsProjection();
  const { signal } = new AbortController();
  const memory = new PeakMemory();
  const rate = (ms: number) => (events / ms) * 1_000;
  try {
    const pairs = await measureAlternately(rounds, {
      warmUp: 1,
      achieved: () =>
        memory.during(async () =>
          rate(await timed(() => rebuild({ store, database, databaseUrl, projection, signal }))),
        ),
      bound: async () => rate(await timed(() => readAndParse(store))),
    });
    return { pairs, peak: memory.peak };
  } finally {
    await database.destroy();
    await store.close();
  }
}

/** Reads and parses every event of the log. */
async function readAndParse(store: EventStore): Promise<void> {
  let events = 0;
  for await (const _ of store.readAll()) events += 1;
  if (events === 0) throw new Error('the log is empty');
}
