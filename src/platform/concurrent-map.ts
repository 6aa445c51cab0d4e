import { setImmediate as turn } from 'node:timers/promises';

/** Items after which answers from outside get their turn: some work never waits, and would keep them out. */
const SLICE = 50;

/** The answers for all items in their order, `width` of them asked for at a time. Rejects with the first failure. */
export async function concurrentMap<T, R>(
  items: readonly T[],
  width: number,
  of: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) {
      results[index] = await of(item);
      if (index % SLICE === SLICE - 1) await turn();
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}
