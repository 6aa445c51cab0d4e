import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EventStoreDBClient, START as FIRST, streamNameFilter } from '@eventstore/db-client';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { loadRegister } from '../../src/authorities/load-register.js';
import { readRegister } from '../../src/authorities/shipped-register.js';
import { loadCases } from '../../src/complaints/import/case-loader.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { READ_BUFFER } from '../../src/event-store/eventstoredb/stream-reader.js';
import { SEARCH_WINDOW } from '../../src/event-store/eventstoredb/log-reader.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { StatisticsProjection } from '../../src/statistics/read-model/statistics.projection.js';
import { benchCases, take } from './bench-cases.js';
import type { Row } from './bench-environment.js';
import { rateFigure } from './figure.js';
import { measureAlternately, timed } from './samples.js';

const CASES = 10_000;
const ACTOR = { id: 'bench', role: 'system' };

/**
 * Rebuilds all read models from a log in EventStoreDB: on the server that TEST_EVENTSTORE_URL names, else on the fake
 * in a worker thread. The bound: the official client catching up with the same filtered subscription.
 */
export const eventStoreDbRow: Row = {
  name: 'eventstoredb',
  async measure(bench) {
    const real = process.env['TEST_EVENTSTORE_URL'];
    const fake = real === undefined ? await FakeServer.start() : undefined;
    const url = real ?? fake?.url ?? '';
    const prefix = `upheld-bench-${randomUUID().slice(0, 8)}.`;
    const store = new EventStoreDbEventStore({ url, streamPrefix: prefix });
    const databaseUrl = await bench.freshDatabase();
    const database = await openDatabase(databaseUrl, []);
    try {
      const events = await fill(store);
      // The checkpoint belongs to the log in PostgreSQL; the tables are now rebuilt from this log.
      await database.query('delete from projection_checkpoint');
      const options = { store, database, databaseUrl, projection: new StatisticsProjection() };
      const rate = (ms: number) => (events / ms) * 1_000;
      const pairs = await measureAlternately(5, {
        warmUp: 1,
        achieved: async () => {
          bench.signal.throwIfAborted();
          return rate(await timed(() => rebuild({ ...options, signal: bench.signal })));
        },
        bound: async () => rate(await timed(() => catchUp(url, prefix, events))),
      });
      const on = real === undefined ? 'the fake' : 'a real server';
      const what = `rebuild, log in EventStoreDB (${on}); bound: the client's catch-up`;
      return [rateFigure(what, pairs, 'events', 0.6)];
    } finally {
      await database.destroy();
      await store.close();
      await fake?.stop();
    }
  },
};

/** Loads the register and the cases. Returns the number of events in the log. */
async function fill(store: EventStoreDbEventStore): Promise<number> {
  await loadRegister(store, new Date());
  const cases = take(CASES, benchCases(await readRegister()));
  const register = new AuthorityRegister(store);
  await loadCases(cases, { store, register, clock: () => new Date(), actor: ACTOR });
  let events = 0;
  for await (const _ of store.readAll()) events += 1;
  return events;
}

async function catchUp(url: string, prefix: string, events: number): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    // The same options as in the store's own subscription.
    const filter = streamNameFilter({ prefixes: [prefix], maxSearchWindow: SEARCH_WINDOW });
    const subscription = client.subscribeToAll({ fromPosition: FIRST, filter }, READ_BUFFER);
    let seen = 0;
    for await (const { event } of subscription) {
      if (event !== undefined) seen += 1;
      if (seen >= events) break;
    }
  } finally {
    await client.dispose();
  }
}

/** The fake server in a worker thread, so that its work does not block the client. */
class FakeServer {
  private constructor(
    readonly url: string,
    private readonly thread: Worker,
  ) {}

  static async start(): Promise<FakeServer> {
    const thread = new Worker(new URL('./fake-eventstoredb.worker.ts', import.meta.url), {
      execArgv: ['--import', new URL('./load-typescript.js', import.meta.url).href],
    });
    const [url] = (await once(thread, 'message')) as [string];
    return new FakeServer(url, thread);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}
