import packaged from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, MAX_DEPTH, NotPlainJson } from './canonical-json.js';

const canonicalize = packaged as unknown as (value: unknown) => string;

describe('canonical JSON', () => {
  it('orders keys by their UTF-16 units at every depth and writes no white space', () => {
    expect(canonicalJson({ b: [{ z: 1, a: 2 }], a: 'x', '€': 1, '\u{1F600}': 2, '\uFB33': 3, '\r': 4 })).toBe(
      '{"\\r":4,"a":"x","b":[{"a":2,"z":1}],"€":1,"\u{1F600}":2,"\uFB33":3}',
    );
  });

  it('orders keys that look like numbers as text', () => {
    expect(canonicalJson({ 9: 'b', 10: 'a', '-1': 'c' })).toBe('{"-1":"c","10":"a","9":"b"}');
  });

  it('keeps a key named __proto__', () => {
    expect(canonicalJson(JSON.parse('{"z":{"__proto__":{"a":1}},"a":2}'))).toBe(
      '{"a":2,"z":{"__proto__":{"a":1}}}',
    );
  });

  it('writes numbers as RFC 8785 does', () => {
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  it('writes any JSON as the canonicalize package does', () => {
    const json = fc.jsonValue({ stringUnit: 'binary' });
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out undefined fields only when asked to', () => {
    const value = { b: undefined, a: { d: undefined, c: 1, '9': 2, '10': undefined } };
    expect(canonicalJson(value, 'undefined-is-absent')).toBe('{"a":{"9":2,"c":1}}');
    expect(() => canonicalJson(value)).toThrow(NotPlainJson);
    expect(() => canonicalJson([undefined], 'undefined-is-absent')).toThrow(NotPlainJson);
  });

  const cyclic: Record<string, unknown> = {};
  cyclic.self = { cyclic };
  const multiplying = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner, inner], 1);
  it.each([
    ['a bigint', { count: 1n }, 'count is of type bigint'],
    ['undefined', { list: [{ a: undefined }] }, 'list.0.a is of type undefined'],
    ['a function', { a: () => 1 }, 'a is of type function'],
    ['a symbol', { a: Symbol('a') }, 'a is of type symbol'],
    ['NaN', { a: NaN }, 'a is NaN'],
    ['infinity', { a: -Infinity }, 'a is -Infinity'],
    ['a date', { at: new Date(0) }, 'at is an instance of a class'],
    ['a map', { map: new Map() }, 'map is an instance of a class'],
    ['bytes', { bytes: new Uint8Array(1) }, 'bytes is an instance of a class'],
    ['an object with a toJSON method', { a: { toJSON: () => 1 } }, 'a.toJSON is of type function'],
    ['an array with a gap', { list: new Array<number>(2) }, 'list is an array with gaps'],
    ['broken Unicode', { a: 'x\ud800' }, 'a has broken Unicode'],
    ['a key with broken Unicode', { '\udc00': 1 }, 'the value has a key with broken Unicode'],
    ['a cycle', cyclic, 'nested deeper than 64, or in itself'],
    ['shared references that multiply', { multiplying }, 'has too many values'],
    ['undefined by itself', undefined, 'the value is of type undefined'],
  ])('refuses %s and names the path', (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(NotPlainJson);
    expect(() => canonicalJson(value)).toThrow(message);
  });

  it('accepts nesting up to its limit', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(canonicalJson(JSON.parse(nested(MAX_DEPTH)))).toBe(nested(MAX_DEPTH));
    expect(() => canonicalJson(JSON.parse(nested(MAX_DEPTH + 1)))).toThrow('nested deeper');
  });
});
