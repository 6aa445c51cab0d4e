import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EventStoreDbOptions } from '../../src/event-store/eventstoredb/eventstoredb-options.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import { projections } from '../../src/projections/projections.slice.js';
import { createDatabase } from './database.js';
import type { Listing } from './listing.js';
import { RunningProcessor } from './running-processor.js';

const MIGRATIONS = [...(projections.migrations ?? [])];

type LogOptions = Pick<EventStoreDbOptions, 'url'> & Partial<EventStoreDbOptions>;

/** Read models in PostgreSQL over a log in EventStoreDB, each of which may run in several processes. */
export class ProjectedEventStoreDb {
  private readonly closing: (() => Promise<unknown>)[] = [];

  private constructor(
    private readonly log: LogOptions,
    readonly databaseUrl: string,
    readonly database: DataSource,
    readonly store: EventStoreDbEventStore,
  ) {}

  static async open(listing: Listing, log: LogOptions): Promise<ProjectedEventStoreDb> {
    const { url, drop } = await createDatabase();
    const database = await openDatabase(url, MIGRATIONS);
    await listing.create(database);
    const store = new EventStoreDbEventStore(log);
    const opened = new ProjectedEventStoreDb(log, url, database, store);
    opened.closing.push(
      drop,
      () => database.destroy(),
      () => store.close(),
    );
    return opened;
  }

  /** What rebuild, skip and status need. */
  get parts() {
    const { databaseUrl, database, store } = this;
    return { databaseUrl, database, store };
  }

  /** Starts a processor with its own connections, like another process. */
  async start(projection: Listing, over: Partial<EventStoreDbOptions> = {}): Promise<RunningProcessor> {
    const { databaseUrl } = this;
    const database = await openDatabase(databaseUrl, MIGRATIONS);
    const store = new EventStoreDbEventStore({ ...this.log, ...over });
    const processor = new RunningProcessor(projection, { store, database, databaseUrl });
    this.closing.push(() => processor.close());
    processor.start();
    return processor;
  }

  /** Appends events at the end of a stream, and returns their ids. */
  async append(stream: string, events: readonly NewEvent[]): Promise<string[]> {
    const fresh = events.map((event) => ({ ...event, id: randomUUID() }));
    await this.store.append(stream, 'any', fresh);
    return fresh.map(({ id }) => id);
  }

  async close(): Promise<void> {
    for (const end of this.closing.splice(0).reverse()) await end();
  }
}
