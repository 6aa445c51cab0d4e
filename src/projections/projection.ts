import type { QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../event-store/event-store.js';

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
   * Works out what a page of the log changes in its tables, of which it reads what it needs through the open
   * transaction. The events come in order, each exactly once. Nothing may be kept between pages. What it reads of
   * its tables it finds by their unique keys: a rebuild builds the other indexes last.
   */
  fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite>;
}

/** Stores what a page changes through the transaction it was folded in, in one statement for each table. */
export type PageWrite = () => Promise<unknown>;

/** A projection that stops at an event the program does not know, instead of leaving it out unnoticed. */
export function rejectingUnknownEvents(
  projection: Projection,
  refuseUnknown: (event: EventWithoutMetadata) => void,
): Projection {
  const { name, tables } = projection;
  return {
    name,
    tables,
    fold: (page, transaction) => {
      page.forEach(refuseUnknown);
      return projection.fold(page, transaction);
    },
  };
}
