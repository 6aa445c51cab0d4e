import pg from 'pg';
import { DataSource, type MixedList } from 'typeorm';
import { connectionOptions } from './connection-options.js';
import { databaseUnavailable, translateOutages } from './outage.js';

/** The token under which Nest provides the database of the read models. */
export const DATABASE = Symbol('Database');

type Migrations = MixedList<new () => object>;

/** Any number will do, so long as every copy of the program takes the same one. */
const MIGRATION_LOCK = 7_311_968_402;

/**
 * Opens a database and runs the migrations that are due; a second process waits for the first to finish.
 * @throws Unavailable `database-unavailable` when it cannot be reached or refuses the connection.
 */
export async function openDatabase(url: string, migrations: Migrations): Promise<DataSource> {
  const options = connectionOptions({ url, applicationName: 'upheld' });
  const database = new DataSource({
    type: 'postgres',
    url,
    migrations: migrations as never,
    migrationsTableName: 'schema_migration',
    // With a pipeline, statements of one transaction that do not wait for each other's answers are one round trip.
    extra: { ...options, max: 8, pipeline: true },
  });
  try {
    await database.initialize();
  } catch (error) {
    throw databaseUnavailable(error);
  }
  surviveBrokenConnections(database);
  try {
    await translateOutages(() => migrateAlone(database, options));
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

/**
 * A connection that breaks just as the pool hands it out has no error listener, and an error event without a
 * listener ends the process. The query that fails reports the break.
 */
function surviveBrokenConnections(database: DataSource): void {
  const { master: pool } = database.driver as unknown as { master: pg.Pool };
  const listenedTo = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => {
    if (listenedTo.has(client)) return;
    listenedTo.add(client);
    client.on('error', () => undefined);
  });
}

/** TypeORM takes no lock around migrations: two processes that start at the same time would both run them. */
async function migrateAlone(database: DataSource, options: pg.ClientConfig): Promise<void> {
  const lock = new pg.Client(options);
  // The next query reports a connection that was lost between two queries.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await database.runMigrations({ transaction: 'each' });
  } finally {
    await lock.end();
  }
}
