import type { QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../event-store/event-store.js';

/** Folds pages of the log into tables: a read model. */
export interface Projection {
  /** Name of its checkpoint and its leases; stable, because it is stored. Letters and dashes. */
  readonly name: string;

  /**
   * Version of its rules, from 1; stored with the checkpoint. Raise it when the same events lead to other rows: the
   * tables of an older version are then rebuilt at the next start, and serve until the new ones replace them. Where the
   * form of a table changes too, a migration changes it first, and leaves what queries read in place.
   */
  readonly version: number;

  /**
   * The tables it fills, named without a schema: a rebuild fills copies of them beside the live ones. Their rows
   * follow from the log alone, however it was cut into pages, so that a fresh fold can be compared with them.
   */
  readonly tables: readonly string[];

  /**
   * Computes what a page of the log changes in the tables. It may read the tables through the open transaction.
   * The events come in order, each exactly once. Keep no state between pages. Find rows by the tables' unique keys: a
   * rebuild builds the other indexes last.
   */
  fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite>;
}

/** Stores a page's changes through the transaction in which it was folded, in one statement for each table. */
export type PageWrite = () => Promise<unknown>;
