/** The value in the middle of some samples, of two in the middle their mean. @throws RangeError for none. */
export function median(samples: readonly number[]): number {
  const sorted = inOrder(samples);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  if (low === undefined || high === undefined) throw new RangeError('no samples');
  return (low + high) / 2;
}

/** The smallest sample that a share of them, such as 0.99, does not exceed. @throws RangeError for none. */
export function quantile(samples: readonly number[], share: number): number {
  const value = inOrder(samples)[Math.max(0, Math.ceil(samples.length * share) - 1)];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}

function inOrder(samples: readonly number[]): readonly number[] {
  return samples.toSorted((a, b) => a - b);
}

/** What two things that are measured in turns came to, round by round. */
export type Pairs = Readonly<{ achieved: readonly number[]; bound: readonly number[] }>;

/**
 * Measures two things in turns, A B A B, so that whatever else the machine does falls on both; the first
 * `warmUp` rounds are not counted.
 */
export async function inTurns(
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
): Promise<Pairs> {
  const pairs: { achieved: number[]; bound: number[] } = { achieved: [], bound: [] };
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const pair = { achieved: await achieved(round), bound: await bound(round) };
    if (round < warmUp) continue;
    pairs.achieved.push(pair.achieved);
    pairs.bound.push(pair.bound);
  }
  return pairs;
}

/** How long some work took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
