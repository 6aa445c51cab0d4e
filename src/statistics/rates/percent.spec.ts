import fc from 'fast-check';
import { percent } from './percent.js';

describe('whole per cents', () => {
  it.each([
    [3, 4, 75],
    [19, 22, 86],
    [11, 12, 92],
    [1, 3, 33],
    [2, 3, 67],
    [3, 19, 16],
    [49, 56, 88], // 87.5: half is rounded up
    [1, 200, 1], // 0.5
    [0, 7, 0],
    [7, 7, 100],
  ])('%i of %i is %i', (count, of, expected) => {
    expect(percent(count, of)).toBe(expected);
  });

  it('is null for 0 of 0', () => {
    expect(percent(0, 0)).toBeNull();
  });

  it.each([
    [1, 0],
    [5, 4],
    [-1, 4],
    [0.5, 4],
    [Number.NaN, 4],
  ])('refuses %d of %d', (count, of) => {
    expect(() => percent(count, of)).toThrow(RangeError);
  });

  it('is exact for the greatest whole numbers', () => {
    expect(percent(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER)).toBe(100);
  });

  it('lies within half a per cent of the true ratio, and half is rounded up', () => {
    const rate = fc
      .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.nat({ max: 1_000_000 }))
      .map(([of, n]) => ({ of, count: n % (of + 1) }));
    fc.assert(
      fc.property(rate, ({ count, of }) => {
        const shown = BigInt(percent(count, of) ?? -1);
        const twice = 200n * BigInt(count) - 2n * shown * BigInt(of);
        expect(twice >= -BigInt(of) && twice < BigInt(of)).toBe(true);
      }),
    );
  });
});
