import type { QueryRunner } from 'typeorm';
import type { RecordedEvent } from '../event-store/event-store.js';

/** A read model in the making: pages of the log folded in memory, each written in one transaction. */
export interface Projection {
  /** Name of its checkpoint and its leases; stable, for it is stored. Letters and dashes. */
  readonly name: string;

  /**
   * The tables it fills, named without a schema: a rebuild fills copies of them beside the live ones. What is in
   * them follows from the log alone, however it was cut into pages, so that a fresh fold can be compared.
   */
  readonly tables: readonly string[];

  /**
   * Folds a page of the log into its tables through the open transaction, in one statement for each table.
   * The events come in order, each exactly once. Nothing may be kept between pages. What it reads of its tables it
   * finds by their unique keys: a rebuild builds the other indexes last.
   */
  apply(page: readonly RecordedEvent[], transaction: QueryRunner): Promise<void>;
}

/** A projection that stops at an event the program does not know, instead of leaving it out unnoticed. */
export function refusingUnknown(
  projection: Projection,
  refuseUnknown: (event: RecordedEvent) => void,
): Projection {
  const { name, tables } = projection;
  return {
    name,
    tables,
    apply: (page, transaction) => {
      page.forEach(refuseUnknown);
      return projection.apply(page, transaction);
    },
  };
}
