import { pino, type Logger } from 'pino';
import type { Foundations } from './app.module.js';
import { loadRegister } from './authorities/load-register.js';
import type { EventStore } from './event-store/event-store.js';
import { EventStoreDbEventStore } from './event-store/eventstoredb/eventstoredb-event-store.js';
import { PostgresEventStore } from './event-store/postgres/postgres-event-store.js';
import { PROBE_TIMEOUT_MS } from './health/health-probe.js';
import type { Configuration } from './platform/configuration.js';
import { openEmbeddedPostgres } from './platform/embedded-postgres/embedded-postgres.js';
import type { Unavailable } from './platform/errors.js';
import { openBoundedDatabase } from './platform/health/bounded-database.js';
import { openDatabase } from './platform/postgres/database.js';
import { rejectingUnknownEvents, type Projection } from './projections/projection.js';
import type { AwaitPosition } from './projections/await-position.js';
import { Projector } from './projections/projector.js';
import { rejectUnknownEvent, SLICES } from './slices.js';

const MIGRATIONS = SLICES.flatMap(({ migrations = [] }) => migrations);

/** What is derived from the log. Each is projected on its own, and stops on its own. */
const PROJECTIONS = SLICES.flatMap(({ projections = [] }) => projections).map((projection) =>
  rejectingUnknownEvents(projection, rejectUnknownEvent),
);

/** How long `caughtUp` waits for the projections to hold the head of the log, in milliseconds. */
const CATCH_UP_TIMEOUT_MS = 120_000;

/** The opened store: log, read models and the projectors that lead from one to the other. */
export type Application = Foundations &
  Readonly<{
    databaseUrl: string;
    log: Logger;
    projections: readonly Projection[];
    /**
     * Waits until every projection holds every event the log has now.
     * @param timeoutMs longest wait, two minutes unless given.
     * @throws Unavailable when one does not in time.
     */
    caughtUp(timeoutMs?: number): Promise<void>;
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
    const projectors = new Map(
      PROJECTIONS.map((projection) => [
        projection.name,
        new Projector({ store, database, databaseUrl, projection, log }),
      ]),
    );
    for (const projector of projectors.values()) {
      if (projecting) projector.start();
      closing.push(() => projector.stop());
    }
    const awaitPosition: AwaitPosition = async (name, position, timeoutMs) => {
      const projector = projectors.get(name);
      if (projector === undefined) throw new Error(`there is no projection ${name}`);
      await projector.waitFor(position, timeoutMs);
    };
    const watching = openBoundedDatabase(databaseUrl, PROBE_TIMEOUT_MS);
    closing.push(() => watching.close());
    const watchedLog = configuration.eventStoreUrl === undefined ? openBoundedLog(databaseUrl) : store;
    if (watchedLog !== store) closing.push(() => watchedLog.close());
    return {
      store,
      database,
      clock: now,
      awaitPosition,
      probeTargets: {
        engine: configuration.eventStoreUrl === undefined ? 'postgresql' : 'eventstoredb',
        store: watchedLog,
        database: watching,
        projections: [...projectors.keys()],
      },
      databaseUrl,
      log,
      projections: PROJECTIONS,
      caughtUp: async (timeoutMs = CATCH_UP_TIMEOUT_MS) => {
        const head = await store.head();
        await Promise.all([...projectors.keys()].map((name) => awaitPosition(name, head, timeoutMs)));
      },
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
