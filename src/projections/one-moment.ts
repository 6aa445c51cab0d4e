import type { DataSource, EntityManager } from 'typeorm';
import { tellingOutages } from '../platform/database-outage.js';
import type { Projection } from './projection.js';

/**
 * Reads a projection's tables as of one moment. The tables are locked (against nothing but their replacement)
 * before the snapshot is taken: a name is always resolved to the newest table, so that a snapshot older than a
 * rebuild's swap would otherwise see its tables as they were when half filled.
 * @throws Unavailable `database-unavailable` when the database does not answer.
 */
export async function atOneMoment<Result>(
  database: DataSource,
  { tables }: Pick<Projection, 'tables'>,
  read: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  return tellingOutages(() =>
    database.transaction('REPEATABLE READ', async (manager) => {
      await manager.query(`lock table ${tables.join(', ')} in access share mode`);
      return read(manager);
    }),
  );
}
