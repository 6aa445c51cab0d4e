import fc from 'fast-check';
import { InvalidInput } from '../errors.js';
import { parseJsonBody } from './json-body.js';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

function refusalOf(text: string): string | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (error instanceof InvalidInput) return error.code;
    throw error;
  }
}

it('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 6, stringUnit: 'binary' }),
      fc.constantFrom('', ' \n\t'),
      (json, space) => {
        expect(parse(space + json + space)).toEqual(JSON.parse(json));
      },
    ),
  );
});

it('refuses a name that appears twice in one object, at any depth and also when written with escapes', () => {
  const name = fc.string({ unit: 'binary', maxLength: 8 });
  fc.assert(
    fc.property(name, fc.json(), fc.boolean(), (key, other, escaped) => {
      const written = JSON.stringify(key);
      const again = escaped
        ? `"${[...Array(key.length).keys()].map((at) => `\\u${key.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
        : written;
      const twice = `[{"a": {${written} :1, "${'x'.repeat(9)}": ${other},\n${again}\t: 2}}]`;
      expect(refusalOf(twice)).toBe('malformed-body');
    }),
  );
});

it.each([
  '[{"a": 1}, {"a": 1}]',
  '{"a": {"a": {"a": "a"}}, "b": ["a", "a", {"a": "a"}]}',
  '{"a": "\\"a\\": {", "b": "}", "\\\\": "\\\\\\"", "{": "[", "c": "a:"}',
])('accepts the same name in another object, and names inside strings: %s', (json) => {
  expect(parse(json)).toEqual(JSON.parse(json));
});

it.each(['', '{', '{"a":1}}', "{'a':1}", '{"a":1,}', 'NaN', '"\u0001"', '{"a":01}'])('refuses %j', (text) => {
  expect(refusalOf(text)).toBe('malformed-body');
});

it('refuses bytes that are not UTF-8', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc3, 0x22],
  ]) {
    expect(() => parseJsonBody(Buffer.from(bytes))).toThrow('the body is not UTF-8');
  }
});
