/** The middle sample, or the mean of the two middle ones. @throws RangeError without samples. */
export function median(samples: readonly number[]): number {
  const sorted = inOrder(samples);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  if (low === undefined || high === undefined) throw new RangeError('no samples');
  return (low + high) / 2;
}

/** The smallest sample that the given share of them (0.99 for p99) does not exceed. @throws RangeError without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const value = inOrder(samples)[Math.max(0, Math.ceil(samples.length * share) - 1)];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}

function inOrder(samples: readonly number[]): readonly number[] {
  return samples.toSorted((a, b) => a - b);
}

/** Rates of two things measured alternately, round by round. */
export type PairedRates = Readonly<{ achieved: readonly number[]; bound: readonly number[] }>;

/**
 * Measures two things alternately, A B A B, so that other load on the machine affects both alike. The first `warmUp`
 * rounds are not counted.
 */
export async function measureAlternately(
  rounds: number,
  {
    achieved,
    bound,
    warmUp = 0,
  }: {
    achieved: (round: number) => Promise<number>;
    bound: (round: number) => Promise<number>;
    warmUp?: number;
  },
): Promise<PairedRates> {
  const pairs: { achieved: number[]; bound: number[] } = { achieved: [], bound: [] };
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const pair = { achieved: await achieved(round), bound: await bound(round) };
    if (round < warmUp) continue;
    pairs.achieved.push(pair.achieved);
    pairs.bound.push(pair.bound);
  }
  return pairs;
}

/** Runs some work. Returns its duration in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
