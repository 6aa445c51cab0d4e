import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import type { NewEvent } from '../../src/event-store/event-store.js';
import {
  EventStoreDbEventStore,
  type EventStoreDbOptions,
} from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import {
  AddProjectionStatus1795219200300,
  CreateProjections1795219200100,
} from '../../src/projections/projections.migration.js';
import { Projector } from '../../src/projections/projector.js';
import { createDatabase } from './database.js';
import type { Listing } from './projections.js';

const MIGRATIONS = [CreateProjections1795219200100, AddProjectionStatus1795219200300];

type LogOptions = Pick<EventStoreDbOptions, 'url'> & Partial<EventStoreDbOptions>;

/** Read models in PostgreSQL of a log in EventStoreDB, each process of which may be another. */
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

  /** What acts on a projection need to be given. */
  get parts() {
    const { databaseUrl, database, store } = this;
    return { databaseUrl, database, store };
  }

  /** Starts a projector with connections of its own, as another process would have. */
  async project(projection: Listing, over: Partial<EventStoreDbOptions> = {}): Promise<Projector> {
    const { databaseUrl } = this;
    const database = await openDatabase(databaseUrl, MIGRATIONS);
    const store = new EventStoreDbEventStore({ ...this.log, ...over });
    const log = pino({ level: 'silent' });
    const projector = new Projector({ store, database, databaseUrl, projection, log });
    this.closing.push(async () => {
      await projector.stop();
      await store.close();
      await database.destroy();
    });
    projector.start();
    return projector;
  }

  /** Appends events to a stream, after its last one, and answers their ids. */
  async append(stream: string, events: readonly NewEvent[]): Promise<string[]> {
    const fresh = events.map((event) => ({ ...event, id: randomUUID() }));
    await this.store.append(stream, 'any', fresh);
    return fresh.map(({ id }) => id);
  }

  async close(): Promise<void> {
    for (const end of this.closing.splice(0).reverse()) await end();
  }
}
