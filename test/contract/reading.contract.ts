import { StreamNotFound } from '../../src/event-store/event-store.errors.js';
import type {
  EventWithoutMetadata,
  ReadStreamOptions,
  RecordedEvent,
} from '../../src/event-store/event-store.js';
import { START } from '../../src/event-store/position.js';
import { all, type Subject } from './event-store.contract.js';
import { eventWith, METADATA, sampleEvent, sampleEvents } from '../support/sample-events.js';

/** Reads of a stream that holds a, b, c, d, e. */
const BOUNDS: [options: ReadStreamOptions, yields: string][] = [
  [{}, 'abcde'],
  [{ from: 2 }, 'cde'],
  [{ from: 4 }, 'e'],
  [{ from: 5 }, ''],
  [{ from: 5_000_000_000 }, ''],
  [{ limit: 2 }, 'ab'],
  [{ limit: 0 }, ''],
  [{ limit: 99 }, 'abcde'],
  [{ from: 1, limit: 2 }, 'bc'],
  [{ direction: 'backwards' }, 'edcba'],
  [{ direction: 'backwards', from: 2 }, 'cba'],
  [{ direction: 'backwards', from: 0 }, 'a'],
  [{ direction: 'backwards', from: 99 }, 'edcba'],
  [{ direction: 'backwards', from: 5_000_000_000 }, 'edcba'],
  [{ direction: 'backwards', limit: 2 }, 'ed'],
  [{ direction: 'backwards', from: 3, limit: 2 }, 'dc'],
];

export function readingContract({ store, stream, isOwn }: Subject): void {
  describe('reading a stream', () => {
    it.each(BOUNDS)('%j yields [%s]', async (options, yields) => {
      const name = stream('bounds');
      await store().append(
        name,
        'no-stream',
        Array.from('abcde').map((letter) => eventWith({ letter })),
      );
      const events = await all(store().readStream(name, options));
      expect(events.map(({ data }) => data.letter as string).join('')).toBe(yields);
    });

    it('yields each event as appended, with its revision, position, time and hash', async () => {
      const name = stream('whole');
      const event = sampleEvent({ version: 3, metadata: { ...METADATA, causationId: 'c-9' } });
      const { position } = await store().append(name, 'no-stream', [event]);
      expect(await all(store().readStream(name))).toEqual([
        {
          ...event,
          stream: name,
          revision: 0,
          position,
          storedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
          hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
      ]);
    });

    it('fails when the stream has no events, whatever the bounds', async () => {
      const missing = stream('missing');
      await expect(all(store().readStream(missing))).rejects.toBeInstanceOf(StreamNotFound);
      await expect(
        all(store().readStream(missing, { direction: 'backwards', from: 3 })),
      ).rejects.toMatchObject({
        kind: 'not-found',
        stream: missing,
      });
    });

    it.each([{ from: -1 }, { from: 0.5 }, { limit: -1 }, { limit: NaN }])(
      'refuses the bounds %j',
      async (options) => {
        await expect(all(store().readStream(stream('missing'), options))).rejects.toBeInstanceOf(RangeError);
      },
    );

    it('yields all events of a stream of many pages, in both directions', async () => {
      const name = stream('long');
      for (let page = 0; page < 6; page += 1) {
        await store().append(name, page === 0 ? 'no-stream' : page * 750 - 1, sampleEvents(750));
      }
      const revisions = Array.from({ length: 4_500 }, (_, revision) => revision);
      const forwards = await all(store().readStream(name));
      expect(forwards.map(({ revision }) => revision)).toEqual(revisions);
      const backwards = await all(store().readStream(name, { direction: 'backwards' }));
      expect(backwards.map(({ revision }) => revision)).toEqual(revisions.toReversed());
      expect(await all(store().readStream(name, { from: 10, limit: 4_000 }))).toEqual(
        forwards.slice(10, 4_010),
      );
    });
  });

  describe('reading the whole log', () => {
    it('yields the events after a position in the order of storing, with rising positions', async () => {
      const head = await store().head();
      const [one, two] = [stream('all'), stream('all')];
      const [first, second, third] = [sampleEvents(2), sampleEvents(2), sampleEvents(1)];
      const answers = [
        await store().append(one, 'no-stream', first),
        await store().append(two, 'no-stream', second),
        await store().append(one, 1, third),
      ];
      const events = (await all(store().readAll({ after: head }))).filter((event) => isOwn(event.stream));
      expect(events.map(({ id }) => id)).toEqual([...first, ...second, ...third].map(({ id }) => id));
      expect([1, 3, 4].map((index) => events[index]?.position)).toEqual(
        answers.map(({ position }) => position),
      );
      const positions = events.map(({ position }) => position);
      expect(positions.every((position, index) => position > (positions[index - 1] ?? head))).toBe(true);
      expect(await store().head()).toBeGreaterThanOrEqual(positions.at(-1) ?? START);
      const [from] = positions;
      const rest = (await all(store().readAll({ after: from }))).filter((event) => isOwn(event.stream));
      expect(rest).toEqual(events.slice(1));
    });

    it('yields at most the limit, also over many pages, and nothing after the head', async () => {
      const head = await store().head();
      const bulk = Array.from({ length: 500 }, () => ({
        stream: stream('all'),
        expected: 'no-stream' as const,
        events: sampleEvents(10),
      }));
      await store().appendBulk(bulk);
      const events = await all(store().readAll({ after: head, limit: 4_321 }));
      expect(events).toHaveLength(4_321);
      expect(await all(store().readAll({ after: head, limit: 0 }))).toEqual([]);
      expect(await all(store().readAll({ after: head, limit: 1 }))).toEqual(events.slice(0, 1));
      const afterHead = await all(store().readAll({ after: await store().head() }));
      expect(afterHead.filter((event) => isOwn(event.stream))).toEqual([]);
    });

    it('yields the same events in batches without metadata', async () => {
      const head = await store().head();
      const appends = Array.from({ length: 300 }, () => ({
        stream: stream('all'),
        expected: 'no-stream' as const,
        events: sampleEvents(10),
      }));
      await store().appendBulk(appends);
      const whole = await all(store().readAll({ after: head }));
      const batches = await all(store().readBatches({ after: head }));
      const own = (event: EventWithoutMetadata) => isOwn(event.stream);
      expect(batches.flat().filter(own)).toEqual(whole.filter(own).map(withoutMetadata));
      expect(batches.filter((batch) => batch.length === 0)).toEqual([]);
      const none = await all(store().readBatches({ after: await store().head() }));
      expect(none.flat().filter(own)).toEqual([]);
    });

    it('ends at the head at the time when it began', async () => {
      const head = await store().head();
      const name = stream('all');
      await store().append(name, 'no-stream', sampleEvents(2));
      const seen: number[] = [];
      for await (const event of store().readAll({ after: head })) {
        if (event.stream === name) seen.push(event.revision);
        if (seen.length < 10) await store().append(name, 'any', sampleEvents(1));
      }
      expect(seen).toEqual([0, 1]);
    });

    it('yields times of the store that never decrease', async () => {
      const head = await store().head();
      const name = stream('time');
      await store().append(name, 'no-stream', sampleEvents(1));
      for (let revision = 0; revision < 20; revision += 1)
        await store().append(name, revision, sampleEvents(2).slice(1));
      const times = (await all(store().readAll({ after: head }))).map(({ storedAt }) => storedAt);
      expect(times).toEqual(times.toSorted());
    });
  });
}

function withoutMetadata({ metadata: _, ...event }: RecordedEvent): EventWithoutMetadata {
  return event;
}
