/**
 * Whole per cents, half up, in exact integers: floor((200n + d) / 2d); null for 0 of 0, which is no rate
 * at all (design 1). 49 of 56 (87.5) is 88.
 * @throws RangeError unless 0 ≤ count ≤ of, both whole.
 */
export function percent(count: number, of: number): number | null {
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(of) || count < 0 || count > of) {
    throw new RangeError(`not a rate: ${count} of ${of}`);
  }
  if (of === 0) return null;
  return Number((200n * BigInt(count) + BigInt(of)) / (2n * BigInt(of)));
}
