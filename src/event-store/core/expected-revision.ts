import type { ExpectedRevision } from '../event-store.js';

/** Where an event stands in its stream, and whatever else its engine knows of it. */
export type EventLocation = Readonly<{ revision: number }>;

/** What becomes of an append: stored, known already (with the place of its last event), or refused. */
export type RevisionCheck<P extends EventLocation> =
  Readonly<{ kind: 'append' }> | Readonly<{ kind: 'repeat'; last: P }> | Readonly<{ kind: 'conflict' }>;

/**
 * Judges an append by the revision of its stream: the truth table of every engine, which is what a real
 * EventStoreDB answers.
 *
 * @param current the stream's last revision, `no-stream` when it has none.
 * @param ids of the events, at least one.
 * @param placeOf the place of an event of this stream, undefined for an id that is not in it.
 */
export function checkExpectedRevision<P extends EventLocation>(
  expected: ExpectedRevision,
  current: number | 'no-stream',
  ids: readonly string[],
  placeOf: (id: string) => P | undefined,
): RevisionCheck<P> {
  const last = current === 'no-stream' ? -1 : current;
  if (expected === 'any' || expected === 'stream-exists') {
    if (expected === 'stream-exists' && last < 0) return { kind: 'conflict' };
    return judgeAnywhere(ids.map(placeOf));
  }
  const before = expected === 'no-stream' ? -1 : expected;
  if (before === last) return { kind: 'append' };
  if (before > last) return { kind: 'conflict' };
  return judgeBehind(before, ids.map(placeOf));
}

/** No revision is named: a repeat is known by its ids alone; a known id followed by a new one is neither. */
function judgeAnywhere<P extends EventLocation>(places: readonly (P | undefined)[]): RevisionCheck<P> {
  if (places[0] === undefined) return { kind: 'append' };
  const last = places.at(-1);
  return last === undefined || places.includes(undefined) ? { kind: 'conflict' } : { kind: 'repeat', last };
}

/** The stream is further on: only the very events that stand after the named revision are a repeat. */
function judgeBehind<P extends EventLocation>(
  before: number,
  places: readonly (P | undefined)[],
): RevisionCheck<P> {
  const last = places.at(-1);
  const repeats = places.every((place, index) => place?.revision === before + 1 + index);
  return repeats && last !== undefined ? { kind: 'repeat', last } : { kind: 'conflict' };
}
