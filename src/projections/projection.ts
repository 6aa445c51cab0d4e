import type { QueryRunner } from 'typeorm';
import type { RecordedEvent } from '../event-store/event-store.js';

/** A read model in the making: pages of the log folded in memory, each written in one transaction. */
export interface Projection {
  /** Name of its checkpoint and its leases; stable, for it is stored. Letters and dashes. */
  readonly name: string;

  /** The tables it fills, named without a schema: a rebuild fills copies of them beside the live ones. */
  readonly tables: readonly string[];

  /**
   * Folds a page of the log into its tables through the open transaction, in one statement for each table.
   * The events come in order, each exactly once. Nothing may be kept between pages.
   */
  apply(page: readonly RecordedEvent[], transaction: QueryRunner): Promise<void>;
}
