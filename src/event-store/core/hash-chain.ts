import { hash } from 'node:crypto';
import { canonicalJson, NotPlainJson } from './canonical-json.js';
import type { NewEvent, RecordedEvent } from '../event-store.js';
import type { Position } from '../position.js';

/** The event's own part of the hashed text: canonical JSON before and after the part that depends on the stream. */
export type CanonicalEvent = Readonly<{ before: string; after: string }>;

/** Serializes the event's own part of the hashed text, which does not depend on its stream or revision. */
export function canonicalEvent({ id, type, version, data, metadata }: NewEvent): CanonicalEvent {
  return canonicalParts({ id, type, version }, canonicalJson(data), canonicalJson(metadata));
}

/** As {@link canonicalEvent}, from data and metadata that are canonical JSON already. */
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

/** An event with its revision and hash. */
export type ChainedEvent<E> = Readonly<{ event: E; revision: number; hash: string }>;

/**
 * Chains events that follow one another in a stream. The hash of each is the SHA-256 (hex) of the canonical JSON of
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
    const link = `${previous === null ? 'null' : `"${previous}"`},"revision":${revision},"stream":${name}`;
    const chained = hash('sha256', event.canonical.before + link + event.canonical.after);
    previous = chained;
    return { event, revision, hash: chained };
  });
}

/** The last known event of a stream, to which the next event is chained. */
export type ChainHead = Readonly<{ revision: number; hash: string }>;

/** The first event of a stream that does not follow from the one before it. */
export type BrokenLink = Readonly<{
  stream: string;
  revision: number;
  position: Position;
  id: string;
  /** `gap`: events before it are missing, or it is out of order. `hash`: it, or the one before it, was changed. */
  reason: 'gap' | 'hash';
}>;

/** Checks one event against the one before it in its stream (undefined for the first). */
export function verifyLink(event: RecordedEvent, before: ChainHead | undefined): BrokenLink | undefined {
  const { stream, revision, position, id } = event;
  const expectedRevision = before === undefined ? 0 : before.revision + 1;
  if (revision !== expectedRevision) return { stream, revision, position, id, reason: 'gap' };
  return expectedHash(event, before) === event.hash
    ? undefined
    : { stream, revision, position, id, reason: 'hash' };
}

/** The hash that an event should have. Undefined for content that no append accepts: it was changed since. */
function expectedHash(event: RecordedEvent, before: ChainHead | undefined): string | undefined {
  try {
    const canonical = canonicalEvent(event);
    const [chained] = chainEvents(event.stream, event.revision, before?.hash ?? null, [{ canonical }]);
    return chained?.hash;
  } catch (error) {
    if (error instanceof NotPlainJson) return undefined;
    throw error;
  }
}

/** Checks one stream's events from its first. Returns the first broken link, undefined when there is none. */
export function verifyChain(events: Iterable<RecordedEvent>): BrokenLink | undefined {
  let before: RecordedEvent | undefined;
  for (const event of events) {
    const broken = verifyLink(event, before);
    if (broken !== undefined) return broken;
    before = event;
  }
  return undefined;
}
