import type { DataSource, EntityManager } from 'typeorm';
import { tellingOutages } from '../platform/database-outage.js';
import { inSchema, LIVE } from './page-writer.js';
import type { Projection } from './projection.js';

/**
 * Reads a projection's tables as of one moment, whatever is written meanwhile, or swapped.
 * @throws Unavailable `database-unavailable` when the database does not answer.
 */
export async function atOneMoment<Result>(
  database: DataSource,
  { tables }: Pick<Projection, 'tables'>,
  read: (reader: EntityManager) => Promise<Result>,
): Promise<Result> {
  const kind = { isolation: 'REPEATABLE READ', steady: tables } as const;
  return tellingOutages(() => inSchema(database, LIVE, ({ manager }) => read(manager), kind));
}
