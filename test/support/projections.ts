import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { DataSource, QueryRunner } from 'typeorm';
import {
  CreateEventLog1795219200000,
  CreateLogIdentity1795219200400,
} from '../../src/event-store/postgres/event-log.migration.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import type { JsonObject, NewEvent, EventWithoutMetadata } from '../../src/event-store/event-store.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import {
  AddProjectionStatus1795219200300,
  CreateProjections1795219200100,
} from '../../src/projections/projections.migration.js';
import type { PageWrite, Projection } from '../../src/projections/projection.js';
import { Projector } from '../../src/projections/projector.js';
import { createDatabase } from './database.js';
import { sampleEvent } from './sample-events.js';

const MIGRATIONS = [
  CreateEventLog1795219200000,
  CreateProjections1795219200100,
  AddProjectionStatus1795219200300,
  CreateLogIdentity1795219200400,
];

/** Lists every event it is given, so that one counted twice or not at all is seen, and keeps their number. */
export class Listing implements Projection {
  readonly tables: readonly string[];
  /** Which events it cannot fold; a test may change its mind. */
  poison: (event: EventWithoutMetadata) => boolean = ({ data }) => data['poison'] === true;
  /** Waited for in each page. */
  delay: () => Promise<unknown> = () => Promise.resolve();

  constructor(readonly name: string) {
    this.tables = [`${name}_list`, `${name}_number`];
  }

  async create(database: DataSource): Promise<void> {
    await database.query(`
      create table ${this.name}_list (position bigint not null, stream text not null, event_id uuid not null);
      create index ${this.name}_by_stream on ${this.name}_list (stream) include (position);
      create table ${this.name}_number (one integer primary key, number integer not null);`);
  }

  fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite> {
    return Promise.resolve(() => this.write(page, transaction));
  }

  private async write(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<void> {
    await transaction.query(
      `insert into ${this.name}_list select * from unnest($1::bigint[], $2::text[], $3::uuid[])`,
      [
        page.map(({ position }) => String(position)),
        page.map(({ stream }) => stream),
        page.map(({ id }) => id),
      ],
    );
    await this.delay();
    for (const event of page) {
      if (this.poison(event)) throw new Error(`cannot fold ${event.stream}@${event.revision}`);
    }
    await transaction.query(
      `insert into ${this.name}_number values (1, $1)
       on conflict (one) do update set number = ${this.name}_number.number + excluded.number`,
      [page.length],
    );
  }

  /** The ids it lists of one stream, in the order of the log. */
  async ids(database: DataSource, stream: string): Promise<string[]> {
    const rows = await database.query<{ id: string }[]>(
      `select event_id as id from ${this.name}_list where stream = $1 order by position`,
      [stream],
    );
    return rows.map(({ id }) => id);
  }
}

/** A projection that creates its own tables. */
type Creatable = Readonly<{ create(database: DataSource): Promise<void> }>;

/** A log with projections over it, each process of which may be another. */
export class ProjectedLog {
  private readonly closing: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly databaseUrl: string,
    readonly database: DataSource,
    readonly store: PostgresEventStore,
  ) {}

  static async open(...projections: Creatable[]): Promise<ProjectedLog> {
    const { url, drop } = await createDatabase();
    const database = await openDatabase(url, MIGRATIONS);
    for (const projection of projections) await projection.create(database);
    const store = new PostgresEventStore({ connectionString: url });
    const log = new ProjectedLog(url, database, store);
    log.closing.push(
      drop,
      () => database.destroy(),
      () => store.close(),
    );
    return log;
  }

  /** A projector with connections of its own, as another process would have. */
  async projector(projection: Projection): Promise<Projector> {
    const database = await openDatabase(this.databaseUrl, MIGRATIONS);
    const store = new PostgresEventStore({ connectionString: this.databaseUrl });
    const projector = new Projector({
      store,
      database,
      databaseUrl: this.databaseUrl,
      projection,
      log: pino({ level: 'silent' }),
    });
    this.closing.push(async () => {
      await projector.stop();
      await store.close();
      await database.destroy();
    });
    return projector;
  }

  /** What acts on a projection need to be given. */
  get parts() {
    const { databaseUrl, database, store } = this;
    return { databaseUrl, database, store };
  }

  /** Starts a projector, and answers it. */
  async project(projection: Projection): Promise<Projector> {
    const projector = await this.projector(projection);
    projector.start();
    return projector;
  }

  /** Appends events of these data to a stream, and answers their ids. */
  async append(stream: string, data: readonly JsonObject[], over: Partial<NewEvent> = {}): Promise<string[]> {
    const events = data.map((each) => ({ ...newEvent(each), ...over, id: randomUUID() }));
    await this.store.append(stream, 'any', events);
    return events.map(({ id }) => id);
  }

  async close(): Promise<void> {
    for (const end of this.closing.splice(0).reverse()) await end();
  }
}

/** Events numbered from 0, those at the places named being poison. */
export function numbered(count: number, poisonAt: readonly number[] = []): JsonObject[] {
  return Array.from({ length: count }, (_, number) => ({ number, poison: poisonAt.includes(number) }));
}

const newEvent = (data: JsonObject): NewEvent => sampleEvent({ type: 'Numbered', data });

/** Waits, for a bounded time, until something is so. */
export async function until(so: () => Promise<boolean> | boolean, within = 15_000): Promise<void> {
  const late = performance.now() + within;
  while (!(await so())) {
    if (performance.now() > late) throw new Error('waited in vain');
    await pause(20);
  }
}
