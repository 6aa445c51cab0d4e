import type { QueryRunner } from 'typeorm';
import type { RecordedEvent } from '../event-store/event-store.js';

/**
 * Acts once for each event that it is interested in, in the order of the log. A new reactor begins at the first event of
 * the log, so that it misses none that was recorded before its release. To ignore old events, it checks when they were
 * recorded. A reactor is never rebuilt.
 */
export interface Reactor {
  /** Name of its checkpoint and its lease; stable, because it is stored. Letters and dashes; no projection has it too. */
  readonly name: string;

  /** Whether it acts on an event; decided from the event alone. */
  isInterestedIn(event: RecordedEvent): boolean;

  /**
   * Acts on one event. What it writes through the transaction is committed together with the checkpoint, so it happens
   * exactly once, also after a crash. Anything else (a mail, an append to the log) can happen again after a crash between
   * the act and the commit: make it idempotent by the event's id.
   * @throws Unavailable during an outage: the event is tried again until it ends. Any other error stops the reactor at the
   *   event, with a dead letter.
   */
  react(event: RecordedEvent, transaction: QueryRunner): Promise<void>;
}
