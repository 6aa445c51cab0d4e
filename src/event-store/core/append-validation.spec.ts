import { METADATA, eventWith, sampleEvent } from '../../../test/support/sample-events.js';
import { validateAppend } from './append-validation.js';
import { InvalidAppend } from '../event-store.errors.js';
import { EVENT_OVERHEAD_BYTES, MAX_APPEND_BYTES } from '../event-store.js';
import type { JsonObject, NewEvent } from '../event-store.js';
import type { ExpectedRevision } from './expected-revision.js';

const STREAM = 'complaint-19007429';
const validating = (events: readonly NewEvent[]) => () =>
  validateAppend({ stream: STREAM, expected: 'any', events });

describe('validating an append, before anything is sent', () => {
  it('refuses an append without events, which one engine would answer with a new position', () => {
    expect(validating([])).toThrow(InvalidAppend);
  });

  it('refuses the same id twice in one append, which one engine would store twice', () => {
    const { id } = sampleEvent();
    expect(validating([sampleEvent({ id }), sampleEvent(), sampleEvent({ id })])).toThrow(
      `event ${id} occurs twice in one append`,
    );
  });

  it.each([
    ['a text that is no UUID', 'e-1'],
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['a UUID in capitals, which would come back in lower case', '3F6B1C2E-0D4A-4B57-9A41-5D2F8C7E9B10'],
    ['a UUID in braces', '{3f6b1c2e-0d4a-4b57-9a41-5d2f8c7e9b10}'],
  ])('refuses %s as an id', (_, id) => {
    expect(validating([sampleEvent({ id })])).toThrow('must be a UUID in lower case');
  });

  it.each([
    ['empty', ''],
    ['longer than 200 characters', 'x'.repeat(201)],
    ['with a control character', 'complaint-\u0000'],
    ['broken Unicode', 'complaint-\ud800'],
  ])('refuses the name of a stream or of a type: %s', (_, name) => {
    expect(() => validateAppend({ stream: name, expected: 'any', events: [sampleEvent()] })).toThrow(
      'the name of a stream',
    );
    expect(validating([sampleEvent({ type: name })])).toThrow('the type of an event');
  });

  it.each([0, -1, 1.5, NaN])('refuses version %s of a type', (version) => {
    expect(validating([sampleEvent({ version })])).toThrow('the version of its type');
  });

  it.each([-1, 0.5, NaN, 'no_stream' as ExpectedRevision])(
    'refuses %s as the expected revision',
    (expected) => {
      expect(() => validateAppend({ stream: STREAM, expected, events: [sampleEvent()] })).toThrow(
        InvalidAppend,
      );
    },
  );

  it('refuses data and metadata that are not plain JSON, and names the path', () => {
    const asData = (value: unknown) => value as JsonObject;
    expect(validating([eventWith(asData({ list: [1n] }))])).toThrow(
      /RecommendationMade .*, data: list\.0 is/,
    );
    expect(validating([eventWith(asData([]))])).toThrow('data: the value is not an object');
    const metadata = { ...METADATA, causationId: undefined as unknown as string };
    expect(validating([sampleEvent({ metadata })])).toThrow('metadata: causationId is of type undefined');
  });

  it('accepts an append of the largest size, and refuses one that is a byte larger', () => {
    const bytes = (text: string) => {
      const events = [sampleEvent({ data: {} }), eventWith({ text })];
      return {
        events,
        size: Buffer.byteLength(JSON.stringify(events.map(({ data, metadata }) => [data, metadata]))),
      };
    };
    // Two pairs of brackets with their commas, and the brackets and comma of the array, do not count.
    const overhead = bytes('').size - 9 + 2 * EVENT_OVERHEAD_BYTES;
    const room = MAX_APPEND_BYTES - overhead;
    const { events } = bytes('é'.repeat(room / 2) + 'x'.repeat(room % 2));
    expect(validateAppend({ stream: STREAM, expected: 'any', events }).bytes).toBe(MAX_APPEND_BYTES);
    expect(validating(bytes('é'.repeat(room / 2) + 'x'.repeat((room % 2) + 1)).events)).toThrow(
      `larger than ${MAX_APPEND_BYTES} bytes`,
    );
  });
});

describe('a validated append', () => {
  it('is serialized already, so that later changes to the objects have no effect', () => {
    const data = { b: 'x', a: 1 };
    const { events } = validateAppend({ stream: STREAM, expected: 'any', events: [eventWith(data)] });
    data.a = 2;
    expect(events[0]).toMatchObject({ data: '{"b":"x","a":1}', metadata: JSON.stringify(METADATA) });
    expect(events[0]?.canonical.before).toMatch(/^\{"data":\{"a":1,"b":"x"\},"id":/);
  });
});
