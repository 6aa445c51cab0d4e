import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DataSource } from 'typeorm';
import { START, type Position } from '../../event-store/position.js';
import { checkpointOf } from '../checkpoint.js';
import type { SkippedPositions } from '../page-writer.js';
import { inSchema, LIVE_SCHEMA } from '../schema-transaction.js';
import type { Projection } from '../projection.js';
import type { QueryExecutor } from '../../platform/postgres/query-executor.js';

const PACKAGE = new URL('../../../package.json', import.meta.url);

/** Why a copy of the tables is filled: to replace the live ones, or to be compared with them. */
export type ShadowPurpose = 'rebuild' | 'verify';

/** The schema that holds the copies of a projection's tables. */
export function shadowSchema(purpose: ShadowPurpose, { name }: Pick<Projection, 'name'>): string {
  if (!/^[a-z][a-z-]{0,40}$/.test(name)) throw new Error(`${name} is not a name for a projection`);
  return `${purpose}_${name.replaceAll('-', '_')}`;
}

/** What a copy is filled from. */
export type ShadowSource = Readonly<{
  /** Identity of the log. */
  log: string;
  /** Position of its last event. */
  head: Position;
  /** The events that are skipped. */
  skipped: SkippedPositions;
}>;

/**
 * Creates empty copies of a projection's tables, with a checkpoint of their own, in one transaction. The copy that an
 * interrupted rebuild left is continued instead, if this release filled it from this log, with the same version of the
 * projection, the same form of the tables and the same skipped events, and if its checkpoint is not after the head of the log.
 *
 * @returns the checkpoint of the copy; START for a new one.
 */
export async function openShadow(
  database: DataSource,
  schema: string,
  projection: Projection,
  source: ShadowSource,
): Promise<Position> {
  return inSchema(database, LIVE_SCHEMA, async (transaction) => {
    const wanted = await fingerprint(projection, source, transaction);
    const [left] = (await transaction.query(
      `select obj_description(oid, 'pg_namespace') as fingerprint from pg_namespace where nspname = $1`,
      [schema],
    )) as { fingerprint: string | null }[];
    if (left?.fingerprint === wanted) {
      const checkpoint = await checkpointOf(projection.name, transaction, schema);
      if (checkpoint <= source.head) return checkpoint;
    }
    await transaction.query(`drop schema if exists ${schema} cascade`);
    await transaction.query(`create schema ${schema}`);
    await transaction.query(`comment on schema ${schema} is '${wanted}'`);
    for (const table of [...projection.tables, 'projection_checkpoint']) {
      await transaction.query(`create table ${schema}.${table} (like ${LIVE_SCHEMA}.${table} including all)`);
    }
    await keepUniqueIndexes(transaction, schema, projection.tables);
    return START;
  });
}

/** Removes a copy. */
export async function dropShadow(runner: QueryExecutor, schema: string): Promise<void> {
  await runner.query(`drop schema if exists ${schema} cascade`);
}

/** The checkpoint of a copy; null when there is no copy. */
export async function shadowProgress(
  runner: QueryExecutor,
  schema: string,
  projection: string,
): Promise<Position | null> {
  const [found] = (await runner.query(`select to_regclass($1) is not null as "exists"`, [
    `${schema}.projection_checkpoint`,
  ])) as { exists: boolean }[];
  if (found?.exists !== true) return null;
  // The swap may remove it at this moment.
  return checkpointOf(projection, runner, schema).catch(() => null);
}

const INDEXES = `
  select t.relname as table_name, i.relname as name, pg_get_indexdef(i.oid) as statement,
    substring(pg_get_indexdef(i.oid) from ' USING .*') as definition, x.indisunique as is_unique
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
  join pg_namespace n on n.oid = t.relnamespace`;

/**
 * Keeps the copies' unique indexes, under the names of the live ones, so that a later migration finds them. The others
 * are dropped: to build them at the end costs a fraction of maintaining them while the copy is filled.
 */
async function keepUniqueIndexes(
  runner: QueryExecutor,
  schema: string,
  tables: readonly string[],
): Promise<void> {
  const copies = (await runner.query(
    `select copy.name, live.name as live, copy.is_unique as "isUnique"
     from (${INDEXES} where n.nspname = $1) copy
     join (${INDEXES} where n.nspname = '${LIVE_SCHEMA}' and t.relname = any($2)) live
       using (table_name, definition, is_unique)`,
    [schema, tables],
  )) as { name: string; live: string; isUnique: boolean }[];
  for (const { name, live, isUnique } of copies) {
    if (!isUnique) await runner.query(`drop index if exists ${schema}."${name}"`);
    else if (name !== live) await runner.query(`alter index ${schema}."${name}" rename to "${live}"`);
  }
}

/** Builds the indexes that a filled copy lacks, in one transaction. */
export async function indexShadow(
  database: DataSource,
  schema: string,
  { tables }: Projection,
): Promise<void> {
  await inSchema(database, schema, async (transaction) => {
    const missing = (await transaction.query(
      `select statement from (${INDEXES} where n.nspname = '${LIVE_SCHEMA}' and t.relname = any($2)) live
       where not exists (
         select from pg_indexes where schemaname = $1 and tablename = live.table_name and indexname = live.name)`,
      [schema, tables],
    )) as { statement: string }[];
    for (const { statement } of missing) {
      await transaction.query(statement.replace(` ON ${LIVE_SCHEMA}.`, ` ON ${schema}.`));
    }
  });
}

/** Differs for copies that another release or version filled, or that were made for other tables or from other events. */
async function fingerprint(
  { tables, version: rules }: Projection,
  { log, skipped }: ShadowSource,
  runner: QueryExecutor,
): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string };
  const columns = await runner.query(
    `select table_name, column_name, data_type, is_nullable from information_schema.columns
     where table_schema = '${LIVE_SCHEMA}' and table_name = any($1) order by table_name, ordinal_position`,
    [[...tables, 'projection_checkpoint']],
  );
  const indexes = await runner.query(
    `select indexdef from pg_indexes where schemaname = '${LIVE_SCHEMA}' and tablename = any($1) order by indexdef`,
    [tables],
  );
  return createHash('sha256')
    .update(JSON.stringify([version, rules, log, columns, indexes, [...skipped].map(String).toSorted()]))
    .digest('hex');
}
