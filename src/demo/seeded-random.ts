import { createHash } from 'node:crypto';

/** A random generator whose numbers follow from its seed, the same on every machine and in every run. */
export class SeededRandom {
  private drawn = 0;

  constructor(private readonly seed: string) {}

  /** A whole number from `from` to `to`, both inclusive. */
  integer(from: number, to: number): number {
    const digest = createHash('sha256').update(`${this.seed} ${this.drawn++}`).digest();
    return from + (digest.readUInt32BE(0) % (to - from + 1));
  }

  /** One item of a list. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.integer(0, items.length - 1)] ?? items[0];
  }

  /** The list in a random order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, key: this.integer(0, 0xffff_fffe) }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  }
}
