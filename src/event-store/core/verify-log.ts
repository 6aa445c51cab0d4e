import type { EventStore, RecordedEvent } from '../event-store.js';
import { verifyLink, type BrokenLink, type ChainHead } from './hash-chain.js';

/** What a walk over the log's hash chains found. */
export type Verification = Readonly<{
  events: number;
  streams: number;
  /** The first event, in the order of the log, that does not follow from the one before it in its stream. */
  broken: BrokenLink | null;
  /** Whether it was seen through, to the end of the log or to what is broken; of the rest nothing is known. */
  complete: boolean;
}>;

/**
 * Recomputes the hash of every event from the log as stored, never as upcast, and stops at the first that is
 * not what its stream's chain says (design 2). Memory grows with the number of streams, not of events.
 *
 * @param onEvent told after each event that holds.
 * @returns what was found; the walk ends early, with what it had seen, when `signal` aborts.
 */
export async function verifyLog(
  store: EventStore,
  { onEvent, signal }: { onEvent?: (event: RecordedEvent) => void; signal?: AbortSignal } = {},
): Promise<Verification> {
  const heads = new Map<string, ChainHead>();
  let events = 0;
  for await (const event of store.readAll()) {
    if (signal?.aborted === true) return { events, streams: heads.size, broken: null, complete: false };
    const broken = verifyLink(event, heads.get(event.stream));
    if (broken !== undefined) return { events, streams: heads.size, broken, complete: true };
    heads.set(event.stream, { revision: event.revision, hash: event.hash });
    events += 1;
    onEvent?.(event);
  }
  return { events, streams: heads.size, broken: null, complete: true };
}
