import { METADATA, eventWith, sampleEvent } from '../../../test/support/sample-events.js';
import { validateAppend } from './append-validation.js';
import { InvalidAppend } from '../event-store.errors.js';
import { EVENT_OVERHEAD_BYTES, MAX_APPEND_BYTES } from '../event-store.js';
import type { ExpectedRevision, JsonObject, NewEvent } from '../event-store.js';

const STREAM = 'complaint-19007429';
const admitting = (events: readonly NewEvent[]) => () =>
  validateAppend({ stream: STREAM, expected: 'any', events });

describe('what every engine refuses before anything is sent', () => {
  it('refuses an append of no events, which one engine would answer as if it had stored them', () => {
    expect(admitting([])).toThrow(InvalidAppend);
  });

  it('refuses an id twice in one append, which one engine would store twice', () => {
    const { id } = sampleEvent();
    expect(admitting([sampleEvent({ id }), sampleEvent(), sampleEvent({ id })])).toThrow(
      `event ${id} stands twice in one append`,
    );
  });

  it.each([
    ['no UUID', 'e-1'],
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['a UUID in capitals, which would come back in lower case', '3F6B1C2E-0D4A-4B57-9A41-5D2F8C7E9B10'],
    ['a UUID in braces', '{3f6b1c2e-0d4a-4b57-9a41-5d2f8c7e9b10}'],
  ])('refuses as an id %s', (_, id) => {
    expect(admitting([sampleEvent({ id })])).toThrow('must be a UUID in lower case');
  });

  it.each([
    ['empty', ''],
    ['longer than 200', 'x'.repeat(201)],
    ['with a control character', 'complaint-\u0000'],
    ['of broken Unicode', 'complaint-\ud800'],
  ])('refuses the name of a stream, or of a type, that is %s', (_, name) => {
    expect(() => validateAppend({ stream: name, expected: 'any', events: [sampleEvent()] })).toThrow(
      'the name of a stream',
    );
    expect(admitting([sampleEvent({ type: name })])).toThrow('the type of an event');
  });

  it.each([0, -1, 1.5, NaN])('refuses version %s of a type', (version) => {
    expect(admitting([sampleEvent({ version })])).toThrow('the version of its type');
  });

  it.each([-1, 0.5, NaN, 'no_stream' as ExpectedRevision])('refuses to expect revision %s', (expected) => {
    expect(() => validateAppend({ stream: STREAM, expected, events: [sampleEvent()] })).toThrow(
      InvalidAppend,
    );
  });

  it('refuses data and metadata that are not plain JSON, and names the place', () => {
    const asData = (value: unknown) => value as JsonObject;
    expect(admitting([eventWith(asData({ list: [1n] }))])).toThrow(/RecommendationMade .*, data: list\.0 is/);
    expect(admitting([eventWith(asData([]))])).toThrow('data: the value is not an object');
    const metadata = { ...METADATA, causationId: undefined as unknown as string };
    expect(admitting([sampleEvent({ metadata })])).toThrow('metadata: causationId is of type undefined');
  });

  it('takes an append of the largest size, and refuses one a byte larger', () => {
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
    expect(admitting(bytes('é'.repeat(room / 2) + 'x'.repeat((room % 2) + 1)).events)).toThrow(
      `larger than ${MAX_APPEND_BYTES} bytes`,
    );
  });
});

describe('an admitted append', () => {
  it('has its JSON written, so that a later change of the objects changes nothing', () => {
    const data = { b: 'x', a: 1 };
    const { events } = validateAppend({ stream: STREAM, expected: 'any', events: [eventWith(data)] });
    data.a = 2;
    expect(events[0]).toMatchObject({ data: '{"b":"x","a":1}', metadata: JSON.stringify(METADATA) });
    expect(events[0]?.canonical.before).toMatch(/^\{"data":\{"a":1,"b":"x"\},"id":/);
  });
});
