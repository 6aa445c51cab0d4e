import { createHash } from 'node:crypto';

/** Draws that are the same on every machine and every run: each follows from a seed and its place in the row. */
export class Draw {
  private drawn = 0;

  constructor(private readonly seed: string) {}

  /** A whole number from `from` to `to`, both inclusive. */
  between(from: number, to: number): number {
    const digest = createHash('sha256').update(`${this.seed} ${this.drawn++}`).digest();
    return from + (digest.readUInt32BE(0) % (to - from + 1));
  }

  /** One of a list. */
  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }

  /** The list in another order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, at: this.between(0, 0xffff_fffe) }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}
