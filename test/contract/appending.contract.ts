import { randomUUID } from 'node:crypto';
import { InvalidAppend, RevisionConflict, StreamNotFound } from '../../src/event-store/event-store.errors.js';
import type { ExpectedRevision } from '../../src/event-store/core/expected-revision.js';
import type { JsonObject, NewEvent } from '../../src/event-store/event-store.js';
import { all, type Subject } from './event-store.contract.js';
import { eventWith, sampleEvent, sampleEvents } from '../support/sample-events.js';

/**
 * Events a, b, … in a stream, the expected revision, the events appended, and the answer: `stored`, `conflict`, or for
 * a repeat the revision of its last event.
 */
type Row = [
  holds: string,
  expected: ExpectedRevision,
  append: string,
  answer: 'stored' | 'conflict' | number,
];

/** Exact revisions: conflicts and repeats are the same on every engine. */
const EXACT: Row[] = [
  ['', 'no-stream', 'ab', 'stored'],
  ['ab', 'no-stream', 'ab', 1],
  ['ab', 'no-stream', 'a', 0],
  ['abc', 'no-stream', 'ab', 1],
  ['ab', 'no-stream', 'b', 'conflict'],
  ['ab', 'no-stream', 'abc', 'conflict'],
  ['ab', 'no-stream', 'c', 'conflict'],
  ['ab', 1, 'c', 'stored'],
  ['abc', 1, 'c', 2],
  ['abcde', 1, 'cd', 3],
  ['abc', 1, 'cd', 'conflict'],
  ['abc', 1, 'd', 'conflict'],
  ['abc', 1, 'b', 'conflict'],
  ['abc', 9, 'd', 'conflict'],
  ['', 0, 'a', 'conflict'],
];

/** Other expectations: only the check of the stream's state is common to all engines (design 3). */
const OTHER: Row[] = [
  ['', 'any', 'ab', 'stored'],
  ['ab', 'any', 'c', 'stored'],
  ['ab', 'stream-exists', 'c', 'stored'],
  ['', 'stream-exists', 'a', 'conflict'],
];

export function appendingContract({ store, stream, isOwn }: Subject): void {
  const idsIn = async (name: string): Promise<string[]> => {
    try {
      return (await all(store().readStream(name))).map(({ id }) => id);
    } catch (error) {
      if (error instanceof StreamNotFound) return [];
      throw error;
    }
  };

  describe('the truth table of appends', () => {
    it.each([...EXACT, ...OTHER])('stream [%s], expected %s, append [%s]: %s', async (...row) => {
      const [holds, expected, append, answer] = row;
      const name = stream('table');
      const events = eventsByLetter();
      if (holds !== '') await store().append(name, 'no-stream', Array.from(holds).map(events));
      const before = await idsIn(name);
      const appending = store().append(name, expected, Array.from(append).map(events));
      if (answer === 'conflict') {
        const refused = await appending.catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(RevisionConflict);
        const actual = holds === '' ? 'no-stream' : holds.length - 1;
        expect(refused).toMatchObject({ stream: name, expected, actual });
        expect(await idsIn(name)).toEqual(before);
      } else {
        const revision = answer === 'stored' ? holds.length + append.length - 1 : answer;
        const { revision: answered, position } = await appending;
        expect(answered).toBe(revision);
        const [event] = await all(store().readStream(name, { from: revision, limit: 1 }));
        expect(event).toMatchObject({ id: events(append.at(-1) ?? '').id, revision, position });
        const after =
          answer === 'stored'
            ? [...before, ...Array.from(append).map((letter) => events(letter).id)]
            : before;
        expect(await idsIn(name)).toEqual(after);
      }
    });

    it('gives a repeat the first answer, whatever was appended later', async () => {
      const name = stream('repeat');
      const [first, second] = [sampleEvents(2), sampleEvents(3)];
      const answers = [await store().append(name, 'no-stream', first), await store().append(name, 1, second)];
      await store().append(name, 4, sampleEvents(1));
      expect([await store().append(name, 'no-stream', first), await store().append(name, 1, second)]).toEqual(
        answers,
      );
    });
  });

  describe('an append', () => {
    it('stores none of its events when one of them is invalid', async () => {
      const name = stream('atomic');
      const impossible = eventWith({ count: 1n } as unknown as JsonObject);
      const append = store().append(name, 'no-stream', [sampleEvent(), sampleEvent(), impossible]);
      await expect(append).rejects.toBeInstanceOf(InvalidAppend);
      expect(await idsIn(name)).toEqual([]);
    });

    it.each<[string, () => NewEvent[]]>([
      ['no events', () => []],
      ['an id twice', () => [sampleEvent(), ...twice()]],
      ['an id that is no UUID', () => [sampleEvent({ id: 'e1' })]],
      ['a function', () => [eventWith({ a: (() => 1) as unknown as string })]],
      ['undefined', () => [eventWith({ a: undefined as unknown as string })]],
      ['NaN', () => [eventWith({ a: NaN })]],
      ['a date', () => [eventWith({ at: new Date(0) as unknown as string })]],
    ])('refuses %s', async (_, events) => {
      const name = stream('refused');
      await expect(store().append(name, 'any', events())).rejects.toBeInstanceOf(InvalidAppend);
      expect(await idsIn(name)).toEqual([]);
    });
  });

  describe('a bulk of appends', () => {
    it('gives each its own outcome, in the order given, after those before it', async () => {
      const [one, two, three] = [stream('bulk'), stream('bulk'), stream('bulk')];
      await store().append(two, 'no-stream', sampleEvents(2));
      const [first, next, last] = [sampleEvents(2), sampleEvents(1), sampleEvents(3)];
      const outcomes = await store().appendBulk([
        { stream: one, expected: 'no-stream', events: first },
        { stream: two, expected: 'no-stream', events: sampleEvents(1) },
        { stream: one, expected: 1, events: next },
        { stream: one, expected: 1, events: sampleEvents(1) },
        { stream: three, expected: 'no-stream', events: last },
        { stream: one, expected: 'no-stream', events: first },
      ]);
      expect(outcomes.map((outcome) => outcome instanceof RevisionConflict || outcome)).toEqual([
        expect.objectContaining({ revision: 1 }),
        true,
        expect.objectContaining({ revision: 2 }),
        true,
        expect.objectContaining({ revision: 2 }),
        outcomes[0],
      ]);
      expect(outcomes[3]).toMatchObject({ stream: one, expected: 1, actual: 2 });
      expect(await idsIn(one)).toEqual([...first, ...next].map(({ id }) => id));
      expect(await idsIn(three)).toEqual(last.map(({ id }) => id));
    });

    it('stores nothing at all when one of its appends is invalid', async () => {
      const head = await store().head();
      const bulk = store().appendBulk([
        { stream: stream('bulk'), expected: 'no-stream', events: sampleEvents(2) },
        { stream: stream('bulk'), expected: 'no-stream', events: [] },
      ]);
      await expect(bulk).rejects.toBeInstanceOf(InvalidAppend);
      const added = await all(store().readAll({ after: head }));
      expect(added.filter((event) => isOwn(event.stream))).toEqual([]);
    });

    it('stores more events than one batch holds, in the order given', async () => {
      const head = await store().head();
      const appends = Array.from({ length: 600 }, () => ({
        stream: stream('bulk'),
        expected: 'no-stream' as const,
        events: sampleEvents(4),
      }));
      const outcomes = await store().appendBulk(appends);
      expect(outcomes.filter((outcome) => !(outcome instanceof Error))).toHaveLength(600);
      const added = (await all(store().readAll({ after: head }))).filter((event) => isOwn(event.stream));
      expect(added.map(({ id }) => id)).toEqual(appends.flatMap(({ events }) => events.map(({ id }) => id)));
    });

    it('may be empty', async () => {
      expect(await store().appendBulk([])).toEqual([]);
    });
  });
}

function eventsByLetter(): (letter: string) => NewEvent {
  const events = new Map<string, NewEvent>();
  return (letter) => {
    const event = events.get(letter) ?? sampleEvent({ data: { letter } });
    events.set(letter, event);
    return event;
  };
}

function twice(): NewEvent[] {
  const id = randomUUID();
  return [sampleEvent({ id }), sampleEvent({ id })];
}
