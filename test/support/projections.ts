import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import {
  CreateEventLog1795219200000,
  CreateLogIdentity1795219200400,
} from '../../src/event-store/postgres/event-log.migration.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import type { JsonObject, NewEvent } from '../../src/event-store/event-store.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import type { Consumer } from '../../src/projections/consumer.js';
import type { ProcessorParts } from '../../src/projections/processor-of.js';
import { projections } from '../../src/projections/projections.slice.js';
import { createDatabase } from './database.js';
import { RunningProcessor } from './running-processor.js';
import { sampleEvent } from './sample-events.js';

export { Listing } from './listing.js';

const MIGRATIONS = [
  CreateEventLog1795219200000,
  CreateLogIdentity1795219200400,
  ...(projections.migrations ?? []),
];

/** A projection or a reactor that creates its own tables. */
type Creatable = Readonly<{ create(database: DataSource): Promise<void> }>;

/** A log with projections and reactors over it, each of which may run in several processes. */
export class ProjectedLog {
  private readonly closing: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly databaseUrl: string,
    readonly database: DataSource,
    readonly store: PostgresEventStore,
  ) {}

  static async open(...consumers: Creatable[]): Promise<ProjectedLog> {
    const { url, drop } = await createDatabase();
    const database = await openDatabase(url, MIGRATIONS);
    for (const consumer of consumers) await consumer.create(database);
    const store = new PostgresEventStore({ connectionString: url });
    const log = new ProjectedLog(url, database, store);
    log.closing.push(
      drop,
      () => database.destroy(),
      () => store.close(),
    );
    return log;
  }

  /** A processor with its own connections, like another process; not started. */
  async processor(consumer: Consumer, over: Partial<ProcessorParts> = {}): Promise<RunningProcessor> {
    const { databaseUrl } = this;
    const database = await openDatabase(databaseUrl, MIGRATIONS);
    const store = new PostgresEventStore({ connectionString: databaseUrl });
    const processor = new RunningProcessor(consumer, { store, database, databaseUrl, ...over });
    this.closing.push(() => processor.close());
    return processor;
  }

  /** What rebuild, skip and status need. */
  get parts() {
    const { databaseUrl, database, store } = this;
    return { databaseUrl, database, store };
  }

  /** Starts a processor. */
  async start(consumer: Consumer, over: Partial<ProcessorParts> = {}): Promise<RunningProcessor> {
    const processor = await this.processor(consumer, over);
    processor.start();
    return processor;
  }

  /** Appends events with these data to a stream, and returns their ids. */
  async append(stream: string, data: readonly JsonObject[], over: Partial<NewEvent> = {}): Promise<string[]> {
    const events = data.map((each) => ({ ...newEvent(each), ...over, id: randomUUID() }));
    await this.store.append(stream, 'any', events);
    return events.map(({ id }) => id);
  }

  async close(): Promise<void> {
    for (const end of this.closing.splice(0).reverse()) await end();
  }
}

/** Events numbered from 0; those at the given places are poison. */
export function numbered(count: number, poisonAt: readonly number[] = []): JsonObject[] {
  return Array.from({ length: count }, (_, number) => ({ number, poison: poisonAt.includes(number) }));
}

const newEvent = (data: JsonObject): NewEvent => sampleEvent({ type: 'Numbered', data });

/** Polls a condition until it holds. @throws when it does not within `within` milliseconds. */
export async function until(condition: () => Promise<boolean> | boolean, within = 15_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await pause(20);
  }
}
