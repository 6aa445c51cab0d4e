import { pino, type Logger } from 'pino';
import type { Foundations } from './app.module.js';
import { eventRegistry } from './event-sourcing/event-registry.js';
import { logEngineOf, openEventStore, openProbedEventStore } from './event-store/open-event-store.js';
import { PROBE_TIMEOUT_MS } from './health/health-probe.js';
import type { Configuration } from './platform/configuration.js';
import { openEmbeddedPostgres } from './platform/embedded-postgres/embedded-postgres.js';
import type { Unavailable } from './platform/errors.js';
import { openBoundedDatabase } from './platform/health/bounded-database.js';
import { openDatabase } from './platform/postgres/database.js';
import { awaitPositionBy } from './projections/await-position.js';
import { consumersOf, isProjection, type Consumer } from './projections/consumer.js';
import { processorOf } from './projections/processor-of.js';
import type { Projection } from './projections/projection.js';
import type { Slice } from './projections/slice.js';
import { SLICES } from './slices.js';

/** How long `caughtUp` waits by default, in milliseconds. */
const CATCH_UP_TIMEOUT_MS = 120_000;

/** The opened store: the log, the read models and the processors that lead from one to the other. */
export type Application = Foundations &
  Readonly<{
    databaseUrl: string;
    log: Logger;
    projections: readonly Projection[];
    /** Projections and reactors. */
    consumers: readonly Consumer[];
    /**
     * Waits until every projection and reactor has handled every event that the log has now.
     * @param timeoutMs longest wait; two minutes unless given.
     * @throws Unavailable as `AwaitPosition`.
     */
    caughtUp(timeoutMs?: number): Promise<void>;
    /** Closes what was opened, in the reverse order. */
    close(): Promise<void>;
  }>;

export type OpenApplicationOptions = Readonly<{
  configuration: Configuration;
  /** Takes lines for the person at the terminal, such as where the data went. */
  notice: (line: string) => void;
  /** Called once when the embedded PostgreSQL is lost for good: close the application and start again. */
  onLost?: ((error: Unavailable) => void) | undefined;
  clock?: () => Date;
  /** Whether this process runs projections and reactors when no other does; default true. */
  projecting?: boolean | undefined;
  slices?: readonly Slice[];
}>;

/**
 * Opens what the slices need: the embedded PostgreSQL (or the one of DATABASE_URL), the schema, the log, and the
 * processors of projections and reactors.
 */
export async function openApplication(options: OpenApplicationOptions): Promise<Application> {
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    return { ...(await open(options, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  options: OpenApplicationOptions,
  closing: (() => Promise<void>)[],
): Promise<Omit<Application, 'close'>> {
  const { configuration, notice, clock = () => new Date(), projecting = true, slices = SLICES } = options;
  const databaseUrl = configuration.databaseUrl ?? (await openEmbedded(options, closing));
  const database = await openDatabase(
    databaseUrl,
    slices.flatMap(({ migrations = [] }) => migrations),
  );
  closing.push(() => database.destroy());
  const location = { ...configuration, databaseUrl };
  const store = openEventStore(location);
  closing.push(() => store.close());
  for (const { onOpen } of slices) await onOpen?.(store, clock());

  const log = pino({ level: configuration.logLevel }, pino.destination({ fd: 2, sync: true }));
  const streams = slices.flatMap((slice) => slice.streams ?? []);
  const consumers = consumersOf(slices, eventRegistry(streams));
  if (projecting) {
    const parts = { store, database, databaseUrl, log, notice };
    const processors = consumers.map((consumer) => processorOf(consumer, parts));
    closing.push(async () => {
      await Promise.all(processors.map((processor) => processor.stop()));
    });
    for (const processor of processors) processor.start();
  }

  const probedDatabase = openBoundedDatabase(databaseUrl, PROBE_TIMEOUT_MS);
  closing.push(() => probedDatabase.close());
  const probedStore = openProbedEventStore(location, PROBE_TIMEOUT_MS);
  if (probedStore !== null) closing.push(() => probedStore.close());

  const ending = new AbortController();
  const awaitPosition = awaitPositionBy({ store, database, consumers, closing: ending.signal });
  closing.push(() => {
    ending.abort();
    return Promise.resolve();
  });
  return {
    store,
    database,
    clock,
    awaitPosition,
    probeTargets: {
      engine: logEngineOf(location),
      store: probedStore ?? store,
      database: probedDatabase,
      consumers,
    },
    databaseUrl,
    log,
    projections: consumers.filter(isProjection),
    consumers,
    caughtUp: async (timeoutMs = CATCH_UP_TIMEOUT_MS) => {
      const head = await store.head();
      await Promise.all(consumers.map(({ name }) => awaitPosition(name, head, timeoutMs)));
    },
  };
}

async function openEmbedded(
  { configuration: { dataFolder }, notice, onLost = () => undefined }: OpenApplicationOptions,
  closing: (() => Promise<void>)[],
): Promise<string> {
  const embedded = await openEmbeddedPostgres({ dataFolder, notice, onLost });
  closing.push(() => embedded.close());
  return embedded.url;
}
