import type { EventStore } from './event-store.js';
import { EventStoreDbEventStore } from './eventstoredb/eventstoredb-event-store.js';
import { PostgresEventStore } from './postgres/postgres-event-store.js';

/** The engines that can keep the log. */
export const LOG_ENGINES = ['postgresql', 'eventstoredb'] as const;
export type LogEngine = (typeof LOG_ENGINES)[number];

export type EventStoreLocation = Readonly<{
  /** An EventStoreDB; the log is beside the read models in PostgreSQL where there is none. */
  eventStoreUrl?: string | undefined;
  /** Beginning of every stream name in EventStoreDB. */
  streamPrefix?: string | undefined;
  databaseUrl: string;
}>;

/** The engine that keeps the log of a configuration. */
export function logEngineOf({ eventStoreUrl }: Pick<EventStoreLocation, 'eventStoreUrl'>): LogEngine {
  return eventStoreUrl === undefined ? 'postgresql' : 'eventstoredb';
}

/** Opens the log. */
export function openEventStore({ eventStoreUrl, streamPrefix, databaseUrl }: EventStoreLocation): EventStore {
  return eventStoreUrl === undefined
    ? new PostgresEventStore({ connectionString: databaseUrl })
    : new EventStoreDbEventStore({
        url: eventStoreUrl,
        ...(streamPrefix === undefined ? {} : { streamPrefix }),
      });
}

/**
 * Opens the log in PostgreSQL for health probes, on separate connections. They are dropped when an answer takes longer
 * than `timeoutMs`: a server that vanishes without closing its connections would block a request's connection for minutes.
 * EventStoreDB needs none: its calls share one connection, and none waits for another.
 * @returns null where the probes can use the log itself.
 */
export function openProbedEventStore(
  { eventStoreUrl, databaseUrl }: EventStoreLocation,
  timeoutMs: number,
): EventStore | null {
  if (eventStoreUrl !== undefined) return null;
  return new PostgresEventStore({
    connectionString: databaseUrl,
    readers: 2,
    retryPolicy: { firstMs: 50, longestMs: 50, retries: 1, limitMs: timeoutMs },
    statementTimeoutMs: timeoutMs,
  });
}
