import { InvalidAppend, StreamNotFound } from '../../src/event-store/event-store.errors.js';
import { EVENT_OVERHEAD_BYTES, MAX_APPEND_BYTES } from '../../src/event-store/event-store.js';
import type { JsonObject, NewEvent } from '../../src/event-store/event-store.js';
import { all, type Subject } from './event-store.contract.js';
import { eventWith, METADATA, sampleEvent } from '../support/sample-events.js';

const PAYLOADS: [string, JsonObject][] = [
  ['no fields', {}],
  ['characters outside the basic plane', { text: '🏛️ 𝔘𝔭𝔥𝔢𝔩𝔡 👩🏽‍⚖️', '🔑': '🗝️' }],
  [
    'combining characters that are not composed',
    { text: 'Cafe\u0301 ≠ Caf\u00e9', 'e\u0301': 1, '\u00e9': 2 },
  ],
  ['text from right to left', { text: 'הנציב \u202Eدیوان\u202C', mark: '\u200f' }],
  ['U+0000 and other control characters', { text: 'a\u0000b\u0001\u001f\u007f', 'key\u0000': true }],
  ['noncharacters and line separators', { text: '\uffff\ufffe\ufeff\u2028\u2029' }],
  ['quotes, backslashes and braces', { text: '"\\"{},NULL\'$1\n\r\t', '{"a"}': '\\u0000' }],
  ['keys in a particular order', { z: 1, a: { y: 1, b: 2 }, m: 3 }],
  ['numbers of all sizes', { n: [0, 1.5, -1e-7, 1e21, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER] }],
  [
    'every kind of JSON value',
    { a: [null, true, false, '', [], {}, [[{}]]], b: { c: { d: [{ e: null }] } } },
  ],
];

export function payloadContract({ store, stream }: Subject): void {
  const readBack = async (event: NewEvent) => {
    const name = stream('payload');
    await store().append(name, 'no-stream', [event]);
    const [recorded] = await all(store().readStream(name));
    return recorded;
  };

  describe('a payload', () => {
    it.each(PAYLOADS)('with %s is read back unchanged', async (_, data) => {
      const metadata = { ...METADATA, actor: { id: JSON.stringify(data), role: 'caseworker' } };
      const recorded = await readBack(sampleEvent({ data, metadata }));
      expect(recorded).toMatchObject({ data, metadata });
      expect(JSON.stringify(recorded?.data)).toBe(JSON.stringify(data));
    });

    it('keeps the names of stream and type unchanged', async () => {
      const name = `${stream('Größe-名前')}-e\u0301-\u00e9-🏛️ 'x' "y"`;
      await store().append(name, 'no-stream', [sampleEvent({ type: "Naïve'Type 🏛️" })]);
      const [recorded] = await all(store().readStream(name));
      expect(recorded).toMatchObject({ stream: name, type: "Naïve'Type 🏛️" });
    });

    it('of the largest size is stored, in one event or many; one more byte is refused and nothing is stored', async () => {
      const name = stream('large');
      await store().append(name, 'no-stream', [largest(0)]);
      const many = Array.from({ length: 2_000 }, () => sampleEvent({ data: {} }));
      const available =
        MAX_APPEND_BYTES - many.length * (JSON.stringify([{}, METADATA]).length - 3 + EVENT_OVERHEAD_BYTES);
      const small = Math.floor(available / many.length) - '"x":""'.length;
      const filled = many.map((event) => ({ ...event, data: { x: 'x'.repeat(small) } }));
      await store().append(name, 0, filled);
      const recorded = await all(store().readStream(name));
      expect(recorded.map(({ data }) => data)).toEqual([largest(0).data, ...filled.map(({ data }) => data)]);
      const other = stream('large');
      await expect(store().append(other, 'no-stream', [largest(1)])).rejects.toBeInstanceOf(InvalidAppend);
      await expect(all(store().readStream(other))).rejects.toBeInstanceOf(StreamNotFound);
    });

    it('is not affected by later changes to the object', async () => {
      const name = stream('own');
      const data = { list: [1, 2, 3] };
      const appending = store().append(name, 'no-stream', [eventWith(data)]);
      data.list.push(4);
      await appending;
      const [first] = await all(store().readStream(name));
      (first?.data as typeof data).list.push(5);
      const [again] = await all(store().readStream(name));
      expect(again?.data).toEqual({ list: [1, 2, 3] });
    });
  });
}

/** An event of the largest size of an append, and `excess` bytes more. */
function largest(excess: number): NewEvent {
  const empty = JSON.stringify({ text: '' }).length + JSON.stringify(METADATA).length + EVENT_OVERHEAD_BYTES;
  return eventWith({ text: 'x'.repeat(MAX_APPEND_BYTES - empty + excess) });
}
