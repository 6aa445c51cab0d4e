/** What the appender expects of the stream: its last revision, or one of three states. */
export type ExpectedRevision = number | 'no-stream' | 'stream-exists' | 'any';

/** Where an event is in its stream. An engine may add what else it knows. */
export type EventLocation = Readonly<{ revision: number }>;

/** Whether an append is stored, repeats events that are stored already (up to `last`), or is refused. */
export type RevisionCheck<L extends EventLocation> =
  Readonly<{ kind: 'append' }> | Readonly<{ kind: 'repeat'; last: L }> | Readonly<{ kind: 'conflict' }>;

/**
 * Checks an append against the revision of its stream. This truth table is that of a real EventStoreDB, and holds on
 * every engine.
 *
 * @param current the stream's last revision, `no-stream` when it has none.
 * @param ids of the events, at least one.
 * @param locationOf the location of an event of this stream, undefined for an id that is not in it.
 */
export function checkExpectedRevision<L extends EventLocation>(
  expected: ExpectedRevision,
  current: number | 'no-stream',
  ids: readonly string[],
  locationOf: (id: string) => L | undefined,
): RevisionCheck<L> {
  const last = current === 'no-stream' ? -1 : current;
  if (expected === 'any' || expected === 'stream-exists') {
    if (expected === 'stream-exists' && last < 0) return { kind: 'conflict' };
    return checkAtAnyRevision(ids.map(locationOf));
  }
  const before = expected === 'no-stream' ? -1 : expected;
  if (before === last) return { kind: 'append' };
  if (before > last) return { kind: 'conflict' };
  return checkBehindTheEnd(before, ids.map(locationOf));
}

/** Without a revision, ids alone identify a repeat. A known id followed by a new one is a conflict. */
function checkAtAnyRevision<L extends EventLocation>(
  locations: readonly (L | undefined)[],
): RevisionCheck<L> {
  if (locations[0] === undefined) return { kind: 'append' };
  const last = locations.at(-1);
  return last === undefined || locations.includes(undefined)
    ? { kind: 'conflict' }
    : { kind: 'repeat', last };
}

/** The stream has passed the expected revision: the append is a repeat only if its events follow that revision. */
function checkBehindTheEnd<L extends EventLocation>(
  before: number,
  locations: readonly (L | undefined)[],
): RevisionCheck<L> {
  const last = locations.at(-1);
  const repeats = locations.every((location, index) => location?.revision === before + 1 + index);
  return repeats && last !== undefined ? { kind: 'repeat', last } : { kind: 'conflict' };
}
