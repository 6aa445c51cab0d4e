/** The answers for all items in their order, `width` of them asked for at a time. Rejects with the first failure. */
export async function mapTogether<T, R>(
  items: readonly T[],
  width: number,
  of: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) results[index] = await of(item);
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}
