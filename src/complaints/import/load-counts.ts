import type { Position } from '../../event-store/position.js';

/** What became of the cases of a load; in a dry run, what would have. */
export type LoadCounts = Readonly<{
  cases: Readonly<{ added: number; extended: number; unchanged: number; refused: number }>;
  events: number;
  /** Complaints, decisions, recommendations and checks that were recorded already. */
  known: number;
  /** Of the last event appended; null when there is none. */
  position: Position | null;
}>;

/** Counts cases while they are loaded. */
export class LoadCounter {
  readonly #cases = { added: 0, extended: 0, unchanged: 0, refused: 0 };
  #events = 0;
  #known = 0;
  #position: Position | null = null;

  /** The counts so far. */
  get counts(): LoadCounts {
    return { cases: { ...this.#cases }, events: this.#events, known: this.#known, position: this.#position };
  }

  /** Counts one case, and what was stored of it. */
  add(kind: keyof LoadCounts['cases'], stored: Partial<Omit<LoadCounts, 'cases'>> = {}): void {
    this.#cases[kind] += 1;
    this.#events += stored.events ?? 0;
    this.#known += stored.known ?? 0;
    this.#position = later(this.#position, stored.position ?? null);
  }
}

function later(a: Position | null, b: Position | null): Position | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** The number of cases counted. */
export function casesSeen({ cases }: LoadCounts): number {
  return cases.added + cases.extended + cases.unchanged + cases.refused;
}
