import type { EventStore, RecordedEvent } from '../event-store.js';
import { verifyLink, type BrokenLink, type ChainHead } from './hash-chain.js';

/** The result of verifying the hash chains of a log. */
export type Verification = Readonly<{
  /** Events whose hash was found right. */
  events: number;
  streams: number;
  /** The first event, in the order of the log, that does not follow from the one before it in its stream. */
  broken: BrokenLink | null;
  /** False when it was interrupted before the end of the log and before any broken event. */
  complete: boolean;
}>;

/**
 * Recomputes the hash of every event from the log as stored, never as upcast, and stops at the first event that does
 * not match its stream's chain (design 2). Memory grows with the number of streams, not of events.
 *
 * @param onEvent called after each event whose hash is right.
 * @param signal ends the verification early; the result covers the events before that.
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
