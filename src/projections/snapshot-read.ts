import type { DataSource, EntityManager } from 'typeorm';
import { translateOutages } from '../platform/postgres/outage.js';
import type { Projection } from './projection.js';
import { inSchema, LIVE_SCHEMA } from './schema-transaction.js';

/**
 * Reads a projection's tables in one snapshot, which does not show what is written or swapped meanwhile.
 * @throws Unavailable `database-unavailable` when the database does not answer.
 */
export async function snapshotRead<Result>(
  database: DataSource,
  { tables }: Pick<Projection, 'tables'>,
  read: (reader: EntityManager) => Promise<Result>,
): Promise<Result> {
  const options = { isolation: 'REPEATABLE READ', locked: tables } as const;
  return translateOutages(() => inSchema(database, LIVE_SCHEMA, ({ manager }) => read(manager), options));
}
