import type { DataSource, EntityManager } from 'typeorm';
import { translateOutages } from '../platform/postgres/outage.js';
import { inSchema, LIVE_SCHEMA } from './page-writer.js';
import type { Projection } from './projection.js';

/**
 * Reads a projection's tables as of one moment, whatever is written meanwhile, or swapped.
 * @throws Unavailable `database-unavailable` when the database does not answer.
 */
export async function snapshotRead<Result>(
  database: DataSource,
  { tables }: Pick<Projection, 'tables'>,
  read: (reader: EntityManager) => Promise<Result>,
): Promise<Result> {
  const kind = { isolation: 'REPEATABLE READ', steady: tables } as const;
  return translateOutages(() => inSchema(database, LIVE_SCHEMA, ({ manager }) => read(manager), kind));
}
