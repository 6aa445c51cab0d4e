import type { DataSource, QueryRunner } from 'typeorm';
import type { EventStore, EventWithoutMetadata } from '../../event-store/event-store.js';
import type { Position } from '../../event-store/position.js';
import { DomainRefusal } from '../../platform/errors.js';
import { errorText } from '../dead-letter.js';
import { foldPage, writePage, type SkippedPositions } from '../page-writer.js';
import { writeUntilPoison } from '../poison-event.js';
import type { Projection } from '../projection.js';
import { prefetchPages } from './prefetch.js';

/** What a projection is folded from and into. */
export type Replay = Readonly<{
  store: EventStore;
  database: DataSource;
  projection: Projection;
  /** The schema of the copy. */
  schema: string;
  skipped: SkippedPositions;
  /** Once aborted no further page is written; what is written stays. */
  signal: AbortSignal;
  onProgress?: ((checkpoint: Position) => void) | undefined;
}>;

/** A copy this near to its goal, in events, is brought up to it within one transaction. */
const NEAR = 2_000;

/**
 * Folds the log into a copy of the tables, page by page, until it is near its goal.
 *
 * @param goal how far to fold at least; asked anew, for the log grows meanwhile.
 * @throws DomainRefusal `event-not-folded` at an event that cannot be folded.
 */
export async function replay(fold: Replay, from: Position, goal: () => Promise<Position>): Promise<Position> {
  const ended = () => fold.signal.aborted;
  let checkpoint = from;
  for (let folded = Infinity; folded > NEAR && !ended();) {
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

/** Folds what is left up to a position, within an open transaction in the copy's schema. */
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
  const { stream, revision } = poison.event;
  throw new DomainRefusal(
    'event-not-folded',
    `${stream}@${revision} cannot be folded by ${projection.name} (${errorText(poison.error)}); ` +
      `once the projection has stopped at it, upheld projections skip leaves it out`,
  );
}
