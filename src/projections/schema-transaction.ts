import type { DataSource, QueryRunner } from 'typeorm';

/** The schema of the live read models. */
export const LIVE_SCHEMA = 'public';

/** How a transaction is isolated, and whether its commit waits for the disk. */
export type TransactionOptions = Readonly<{
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ';
  durable?: boolean;
  /**
   * Live tables to lock in ACCESS SHARE mode before the snapshot is taken; it conflicts with nothing but their
   * replacement. A name always resolves to the newest table: without the lock, a snapshot that is older than the swap of
   * a rebuild would see the new tables half filled.
   */
  locked?: readonly string[];
}>;

/** Runs work in one transaction in which unqualified table names are those of a schema. */
export async function inSchema<Result>(
  database: DataSource,
  schema: string,
  work: (transaction: QueryRunner) => Promise<Result>,
  { isolation = 'READ COMMITTED', durable = true, locked = [] }: TransactionOptions = {},
): Promise<Result> {
  const runner = database.createQueryRunner();
  try {
    // One round trip; TypeORM's own start of a transaction would be two.
    const settings = [`set local search_path to ${schema}`];
    if (!durable) settings.push('set local synchronous_commit to off');
    const tables = locked.map((table) => `${LIVE_SCHEMA}.${table}`).join(', ');
    if (tables !== '') settings.push(`lock table ${tables} in access share mode`);
    await runner.query(`begin isolation level ${isolation}; ${settings.join('; ')}`);
    const result = await work(runner);
    await runner.query('commit');
    return result;
  } catch (error) {
    // A rollback without a transaction is only a warning to PostgreSQL.
    await runner.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
