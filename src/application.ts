import { pino, type Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Foundations } from './app.module.js';
import { loadRegister } from './authorities/load-register.js';
import type { EventStore } from './event-store/event-store.js';
import { EventStoreDbEventStore } from './event-store/eventstoredb/eventstoredb-event-store.js';
import {
  CreateEventLog1795219200000,
  CreateLogIdentity1795219200400,
} from './event-store/postgres/event-log.migration.js';
import { PostgresEventStore } from './event-store/postgres/postgres-event-store.js';
import { refuseUnknownEvent } from './known-events.js';
import { PROBE_TIMEOUT_MS } from './health/health-probe.js';
import type { Configuration } from './platform/configuration.js';
import { openDatabase } from './platform/postgres/database.js';
import { openBoundedDatabase } from './platform/health/bounded-database.js';
import { openEmbeddedPostgres } from './platform/embedded-postgres/embedded-postgres.js';
import type { Unavailable } from './platform/errors.js';
import {
  AddProjectionStatus1795219200300,
  CreateProjections1795219200100,
} from './projections/projections.migration.js';
import { rejectingUnknownEvents, type Projection } from './projections/projection.js';
import { Projector } from './projections/projector.js';
import {
  AddTallyMilestones1795219200500,
  CreateStatistics1795219200200,
} from './statistics/read-model/statistics.migration.js';
import { StatisticsProjection } from './statistics/read-model/statistics.projection.js';
import { PostgresStatisticsRepository } from './statistics/read-model/statistics.repository.js';

const MIGRATIONS = [
  CreateEventLog1795219200000,
  CreateProjections1795219200100,
  CreateStatistics1795219200200,
  AddProjectionStatus1795219200300,
  CreateLogIdentity1795219200400,
  AddTallyMilestones1795219200500,
];

/** What is derived from the log. Each is projected on its own, and stops on its own. */
const STATISTICS = rejectingUnknownEvents(new StatisticsProjection(), refuseUnknownEvent);

/** How long a query waits for the projections to hold the head of the log, in milliseconds. */
const CATCH_UP = 120_000;

/** The opened store: log, read models and the projector that leads from one to the other. */
export type Application = Foundations &
  Readonly<{
    databaseUrl: string;
    database: DataSource;
    log: Logger;
    projections: readonly Projection[];
    /** Waits until the statistics hold every event the log has now. @throws Unavailable when they do not in time. */
    caughtUp(): Promise<void>;
    /** Stops what was started, in the reverse order. */
    close(): Promise<void>;
  }>;

export type OpenApplicationOptions = Readonly<{
  configuration: Configuration;
  /** Takes lines for the person at the terminal, such as where the data went. */
  notice: (line: string) => void;
  /** Told, once, that what it stands on is lost for good: all that is left is to close it, and start anew. */
  onLost?: ((error: Unavailable) => void) | undefined;
  clock?: () => Date;
  /** Whether this process projects when no other does; default true. */
  projecting?: boolean | undefined;
}>;

/**
 * Opens everything the application stands on: the embedded PostgreSQL (or the one of DATABASE_URL), the
 * schema, the log with its register, and the projections.
 */
export async function openApplication({
  configuration,
  notice,
  onLost,
  clock,
  projecting = true,
}: OpenApplicationOptions): Promise<Application> {
  const now = clock ?? (() => new Date());
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const databaseUrl =
      configuration.databaseUrl ?? (await openEmbedded({ configuration, notice, onLost }, closing));
    const database = await openDatabase(databaseUrl, MIGRATIONS);
    closing.push(() => database.destroy());
    const store: EventStore = openLog(configuration, databaseUrl);
    closing.push(() => store.close());
    await loadRegister(store, now());
    const log = pino({ level: configuration.logLevel }, pino.destination({ fd: 2, sync: true }));
    const projector = new Projector({
      store,
      database,
      databaseUrl,
      projection: STATISTICS,
      log,
    });
    if (projecting) projector.start();
    closing.push(() => projector.stop());
    const watching = openBoundedDatabase(databaseUrl, PROBE_TIMEOUT_MS);
    closing.push(() => watching.close());
    const watchedLog = configuration.eventStoreUrl === undefined ? openBoundedLog(databaseUrl) : store;
    if (watchedLog !== store) closing.push(() => watchedLog.close());
    return {
      store,
      statistics: new PostgresStatisticsRepository(database, store, (position, timeout) =>
        projector.waitFor(position, timeout),
      ),
      clock: now,
      watched: {
        engine: configuration.eventStoreUrl === undefined ? 'postgresql' : 'eventstoredb',
        store: watchedLog,
        database: watching,
        projections: [STATISTICS.name],
      },
      databaseUrl,
      database,
      log,
      projections: [STATISTICS],
      caughtUp: async () => projector.waitFor(await store.head(), CATCH_UP),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The log in EventStoreDB where one is configured, else beside the read models in PostgreSQL. */
function openLog({ eventStoreUrl: url, streamPrefix }: Configuration, databaseUrl: string): EventStore {
  return url === undefined
    ? new PostgresEventStore({ connectionString: databaseUrl })
    : new EventStoreDbEventStore({ url, ...(streamPrefix === undefined ? {} : { streamPrefix }) });
}

/**
 * The log in PostgreSQL for those who ask how it is, on connections of their own that are given up in good time: one
 * gone without a word would be kept from requests. EventStoreDB is asked over the one connection there is, on which
 * no question waits for another.
 */
function openBoundedLog(connectionString: string): EventStore {
  const patience = { pauses: [50], limit: PROBE_TIMEOUT_MS };
  return new PostgresEventStore({
    connectionString,
    readers: 2,
    patience,
    statementTimeoutMs: PROBE_TIMEOUT_MS,
  });
}

async function openEmbedded(
  { configuration: { dataFolder }, notice, onLost = () => undefined }: OpenApplicationOptions,
  closing: (() => Promise<void>)[],
): Promise<string> {
  const embedded = await openEmbeddedPostgres({ dataFolder, notice, onLost });
  closing.push(() => embedded.close());
  return embedded.url;
}
