import { measureAlternately, median, quantile } from './samples.js';

describe('median', () => {
  it('is the middle sample, or the mean of the two middle ones', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('sorts samples as numbers, and does not change the array', () => {
    const samples = [100, 9, 20];
    expect(median(samples)).toBe(20);
    expect(samples).toEqual([100, 9, 20]);
  });

  it('is refused for no samples', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('quantile', () => {
  it('is the smallest sample that the given share of them does not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile([3], 0.5)).toBe(3);
  });

  it('is refused for no samples', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe('measureAlternately', () => {
  it('measures two things round by round, and drops the rounds of the warm-up', async () => {
    const calls: string[] = [];
    const measure = (name: string) => (round: number) => {
      calls.push(`${name}${round}`);
      return Promise.resolve(round);
    };
    const pairs = await measureAlternately(2, { achieved: measure('a'), bound: measure('b'), warmUp: 1 });
    expect(calls).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    expect(pairs).toEqual({ achieved: [1, 2], bound: [1, 2] });
  });
});
