import pg from 'pg';
import { DataSource, type MixedList } from 'typeorm';
import { databaseUnavailable, translateOutages } from './outage.js';
import { TCP_KEEPALIVE, PUBLIC_SEARCH_PATH } from './session-options.js';

const SESSION = `${PUBLIC_SEARCH_PATH} ${TCP_KEEPALIVE}`;

/** The token under which Nest provides the database of the read models. */
export const DATABASE = Symbol('Database');

type Migrations = MixedList<new () => object>;

/** Any number will do, so long as every copy of the program takes the same one. */
const MIGRATION_LOCK = 7_311_968_402;

/**
 * Opens a database and brings its schema up to date; a second process waits for the first to finish.
 * @throws Unavailable `database-unavailable` when it cannot be reached or does not let us in.
 */
export async function openDatabase(url: string, migrations: Migrations): Promise<DataSource> {
  const database = new DataSource({
    type: 'postgres',
    url,
    migrations: migrations as never,
    migrationsTableName: 'schema_migration',
    // A pipeline: statements of one transaction that do not wait for each other's answers are one round trip.
    extra: { max: 8, connectionTimeoutMillis: 10_000, pipeline: true, keepAlive: true, options: SESSION },
    applicationName: 'upheld',
  });
  try {
    await database.initialize();
  } catch (error) {
    throw databaseUnavailable(error);
  }
  surviveCuts(database);
  try {
    await translateOutages(() => migrateAlone(database, url));
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

/**
 * A connection that is cut in the instant it goes from the pool to its user has nobody listening to it, and an
 * error that nobody listens to ends the process. The user is told by the query that fails.
 */
function surviveCuts(database: DataSource): void {
  const { master: pool } = database.driver as unknown as { master: pg.Pool };
  const heard = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('error', () => undefined);
  });
}

/** TypeORM takes no lock around migrations: two processes that start together would both run them. */
async function migrateAlone(database: DataSource, url: string): Promise<void> {
  const guard = new pg.Client({ connectionString: url, keepAlive: true, options: SESSION });
  // A connection lost between two queries is told by the next one.
  guard.on('error', () => undefined);
  await guard.connect();
  try {
    await guard.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await database.runMigrations({ transaction: 'each' });
  } finally {
    await guard.end();
  }
}
