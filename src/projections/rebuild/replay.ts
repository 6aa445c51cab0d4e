import type { DataSource, QueryRunner } from 'typeorm';
import type { EventStore, EventWithoutMetadata } from '../../event-store/event-store.js';
import type { Position } from '../../event-store/position.js';
import { DomainRefusal } from '../../platform/errors.js';
import { errorText } from '../dead-letter.js';
import { foldPage, writePage, type SkippedPositions } from '../page-writer.js';
import { writeUntilPoison, type PoisonEvent } from '../poison-event.js';
import type { Projection } from '../projection.js';
import { prefetchPages } from './prefetch.js';

/** An event of the log cannot be folded into a copy. */
export class EventNotFolded extends DomainRefusal {
  constructor(
    { name }: Projection,
    readonly poison: PoisonEvent,
  ) {
    const { stream, revision } = poison.event;
    super(
      'event-not-folded',
      `${stream}@${revision} cannot be folded by ${name} (${errorText(poison.error)}); ` +
        `once the projection has stopped at it, upheld projections skip leaves it out`,
    );
  }
}

/** What a projection is folded from and into. */
export type Replay = Readonly<{
  store: EventStore;
  database: DataSource;
  projection: Projection;
  /** The schema of the copy. */
  schema: string;
  skipped: SkippedPositions;
  /** Once aborted no further page is written; the pages that were written stay. */
  signal: AbortSignal;
  onProgress?: ((checkpoint: Position) => void) | undefined;
}>;

/** A copy that lacks no more events than these is brought up to its goal within one transaction. */
const NEAR_EVENTS = 2_000;

/**
 * Folds the log into a copy of the tables, page by page, until it is near its goal.
 *
 * @param goal how far to fold at least; asked again after each round, because the log grows meanwhile.
 * @throws EventNotFolded
 */
export async function replay(fold: Replay, from: Position, goal: () => Promise<Position>): Promise<Position> {
  const ended = () => fold.signal.aborted;
  let checkpoint = from;
  for (let folded = Infinity; folded > NEAR_EVENTS && !ended();) {
    const to = await goal();
    folded = 0;
    for await (const { events, readNext } of prefetchPages(fold.store.readBatches({ after: checkpoint }))) {
      const wanted = events.filter((event) => event.position <= to);
      if (wanted.length > 0) checkpoint = await write(fold, checkpoint, wanted, readNext);
      folded += wanted.length;
      fold.onProgress?.(checkpoint);
      if (wanted.length < events.length || ended()) break;
    }
  }
  return checkpoint;
}

/** Folds the remaining events up to a position, within an open transaction in the copy's schema. */
export async function replayRemainder(
  transaction: QueryRunner,
  { store, projection, skipped }: Replay,
  from: Position,
  to: Position,
): Promise<Position> {
  let checkpoint = from;
  if (from >= to) return checkpoint;
  for await (const { events } of prefetchPages(store.readBatches({ after: from }))) {
    const wanted = events.filter((event) => event.position <= to);
    checkpoint = await foldPage(transaction, projection, wanted, { skipped });
    if (wanted.length < events.length) break;
  }
  return checkpoint;
}

async function write(
  { database, projection, schema, skipped }: Replay,
  from: Position,
  page: readonly EventWithoutMetadata[],
  onFolded: () => void,
): Promise<Position> {
  let checkpoint = from;
  const poison = await writeUntilPoison(page, async (events) => {
    checkpoint = await writePage(database, projection, events, { schema, skipped, onFolded });
  });
  if (poison === null) return checkpoint;
  throw new EventNotFolded(projection, poison);
}
