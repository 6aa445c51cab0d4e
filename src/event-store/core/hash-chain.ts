import { hash } from 'node:crypto';
import { canonicalJson, NotPlainJson } from './canonical-json.js';
import type { NewEvent, RecordedEvent } from '../event-store.js';
import type { Position } from '../position.js';

/** What an event's hash covers of the event itself: canonical JSON before and after its place in the chain. */
export type CanonicalEvent = Readonly<{ before: string; after: string }>;

/** The event's part of the hashed text; it does not depend on where the event will stand. */
export function canonicalEvent({ id, type, version, data, metadata }: NewEvent): CanonicalEvent {
  return canonicalParts({ id, type, version }, canonicalJson(data), canonicalJson(metadata));
}

/** As {@link canonicalEvent}, from canonical texts of data and metadata that are there already. */
export function canonicalParts(
  { id, type, version }: Pick<NewEvent, 'id' | 'type' | 'version'>,
  data: string,
  metadata: string,
): CanonicalEvent {
  return {
    before: `{"data":${data},"id":${JSON.stringify(id)},"metadata":${metadata},"previous":`,
    after: `,"type":${JSON.stringify(type)},"version":${version}}`,
  };
}

/** An event with its place in its stream's chain. */
export type ChainedEvent<E> = Readonly<{ event: E; revision: number; hash: string }>;

/**
 * Chains events that follow one another in a stream: each has the SHA-256 (hex) of the canonical JSON of
 * `{data, id, metadata, previous, revision, stream, type, version}`, where `previous` is the hash of the event
 * before it, or null for the first (design 2).
 */
export function chainEvents<E extends Readonly<{ canonical: CanonicalEvent }>>(
  stream: string,
  firstRevision: number,
  previousHash: string | null,
  events: readonly E[],
): ChainedEvent<E>[] {
  const name = JSON.stringify(stream);
  let previous = previousHash;
  return events.map((event, index) => {
    const revision = firstRevision + index;
    const place = `${previous === null ? 'null' : `"${previous}"`},"revision":${revision},"stream":${name}`;
    const chained = hash('sha256', event.canonical.before + place + event.canonical.after);
    previous = chained;
    return { event, revision, hash: chained };
  });
}

/** The last event of a stream that is known to be whole. */
export type ChainHead = Readonly<{ revision: number; hash: string }>;

/** The first event of a stream that does not follow from the one before it. */
export type BrokenLink = Readonly<{
  stream: string;
  revision: number;
  position: Position;
  id: string;
  /** `gap`: events before it are missing or it stands out of order; `hash`: it, or the one before it, was changed. */
  reason: 'gap' | 'hash';
}>;

/** Checks one event against the one before it in its stream (undefined for the first). */
export function verifyLink(event: RecordedEvent, before: ChainHead | undefined): BrokenLink | undefined {
  const { stream, revision, position, id } = event;
  const due = before === undefined ? 0 : before.revision + 1;
  if (revision !== due) return { stream, revision, position, id, reason: 'gap' };
  return dueHash(event, before) === event.hash
    ? undefined
    : { stream, revision, position, id, reason: 'hash' };
}

/** The hash that an event should have; undefined for what no append may hold, so that it was changed since. */
function dueHash(event: RecordedEvent, before: ChainHead | undefined): string | undefined {
  try {
    const canonical = canonicalEvent(event);
    const [chained] = chainEvents(event.stream, event.revision, before?.hash ?? null, [{ canonical }]);
    return chained?.hash;
  } catch (error) {
    if (error instanceof NotPlainJson) return undefined;
    throw error;
  }
}

/** Checks one stream's recorded events, from its first on; names the first broken one, undefined if all hold. */
export function verifyChain(events: Iterable<RecordedEvent>): BrokenLink | undefined {
  let before: RecordedEvent | undefined;
  for (const event of events) {
    const broken = verifyLink(event, before);
    if (broken !== undefined) return broken;
    before = event;
  }
  return undefined;
}
