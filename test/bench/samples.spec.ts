import { inTurns, median, quantile } from './samples.js';

describe('samples of a measurement', () => {
  it('have as median the one in the middle, or the mean of the two there', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('are put in order as numbers, and left as they were', () => {
    const samples = [100, 9, 20];
    expect(median(samples)).toBe(20);
    expect(samples).toEqual([100, 9, 20]);
  });

  it('have as quantile the smallest that so many of them do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile([3], 0.5)).toBe(3);
  });

  it('refuse to tell of nothing', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  it('are taken in turns, without those of the warm-up', async () => {
    const taken: string[] = [];
    const take = (name: string) => (round: number) => {
      taken.push(`${name}${round}`);
      return Promise.resolve(round);
    };
    const pairs = await inTurns(2, { achieved: take('a'), bound: take('b'), warmUp: 1 });
    expect(taken).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    expect(pairs).toEqual({ achieved: [1, 2], bound: [1, 2] });
  });
});
