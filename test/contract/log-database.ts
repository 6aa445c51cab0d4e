import { Client } from 'pg';
import {
  CreateEventLog1795219200000,
  CreateLogIdentity1795219200400,
} from '../../src/event-store/postgres/event-log.migration.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import type { PostgresEventStoreOptions } from '../../src/event-store/postgres/postgres-event-store.js';
import { createDatabase } from '../support/database.js';

/** A new database with an event log, and the connections that tests open to it. */
export type LogDatabase = Readonly<{
  url: string;
  newStore: (options?: Partial<PostgresEventStoreOptions>) => PostgresEventStore;
  newClient: () => Promise<Client>;
  /** Closes all connections opened here, and drops the database. */
  close: () => Promise<void>;
}>;

export async function openLogDatabase(): Promise<LogDatabase> {
  const { url, drop } = await createDatabase();
  const opened: (() => Promise<void>)[] = [];
  const newClient = async () => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    opened.push(() => client.end());
    return client;
  };
  const newStore = (options: Partial<PostgresEventStoreOptions> = {}) => {
    const store = new PostgresEventStore({ connectionString: url, ...options });
    opened.push(() => store.close());
    return store;
  };
  const migrator = await newClient();
  await new CreateEventLog1795219200000().up(migrator);
  await new CreateLogIdentity1795219200400().up(migrator);
  const close = async () => {
    for (const end of opened) await end().catch(() => undefined);
    await drop();
  };
  return { url, newStore, newClient, close };
}
