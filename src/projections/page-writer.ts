import type { DataSource, QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';
import { pipelined } from '../platform/postgres/pipelined.js';
import { lockCheckpoint, moveCheckpoint } from './checkpoint.js';
import { checkRecordedLog } from './log-identity-check.js';
import type { Projection } from './projection.js';
import { checkVersion } from './projection-version.js';
import { inSchema, LIVE_SCHEMA } from './schema-transaction.js';

/** Positions of events that are left out because an operator skipped them. */
export type SkippedPositions = ReadonlySet<Position>;

/** How a page is handled. */
export type PageOptions = Readonly<{
  skipped: SkippedPositions;
  /** Identity of the page's log, checked against that of the tables; they may have been rebuilt from another log. */
  log?: string | undefined;
}>;

/** How a page is folded. */
export type FoldOptions = PageOptions &
  Readonly<{
    /** Called when the page's changes are worked out and only the database has work to do. */
    onFolded?: (() => void) | undefined;
  }>;

/**
 * Writes a page of the log into a projection's tables of one schema, with its checkpoint, in one transaction.
 * @returns the checkpoint after it.
 * @throws LogMismatch, VersionMismatch as {@link foldPage}.
 */
export async function writePage(
  database: DataSource,
  projection: Projection,
  page: readonly EventWithoutMetadata[],
  { schema = LIVE_SCHEMA, ...options }: FoldOptions & Readonly<{ schema?: string }>,
): Promise<Position> {
  // A copy that is being filled need not wait for the disk: changes lost in a power cut are folded again.
  const durable = schema === LIVE_SCHEMA;
  const fold = (transaction: QueryRunner) => foldPage(transaction, projection, page, options);
  return inSchema(database, schema, fold, { durable });
}

/**
 * Folds a page in an open transaction. Events up to the checkpoint are left out, so that an event counts once whichever
 * process folds it.
 * @returns the checkpoint after it.
 * @throws LogMismatch where the tables come from another log than the page; VersionMismatch where another version of the
 *   projection filled them.
 */
export async function foldPage(
  transaction: QueryRunner,
  projection: Projection,
  page: readonly EventWithoutMetadata[],
  { skipped, log, onFolded }: FoldOptions,
): Promise<Position> {
  const checkpoint = await lockCheckpoint(projection.name, transaction);
  checkRecordedLog(projection, checkpoint, log);
  checkVersion(projection, checkpoint);
  const fresh = page.filter((event) => event.position > checkpoint.position);
  const last = fresh.at(-1);
  if (last === undefined) return checkpoint.position;
  const counted = skipped.size === 0 ? fresh : fresh.filter((event) => !skipped.has(event.position));
  const write = await projection.fold(counted, transaction);
  const written = pipelined([write(), moveCheckpoint(projection, last.position, transaction)]);
  onFolded?.();
  await written;
  return last.position;
}
