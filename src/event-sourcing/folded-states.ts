import { LRUCache } from 'lru-cache';

/** A stream folded up to a revision, with what the next command on it needs. */
export type FoldedState<State> = Readonly<{
  state: State;
  revision: number;
  /** The ids of all commands that wrote the stream up to this revision. */
  commandIds: ReadonlySet<string>;
  /** Estimated size in memory. */
  bytes: number;
}>;

/** How much memory one handler's folded states may take: some 10,000 complaints of usual size. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Estimated size of an entry besides its events: key, set, list node. */
const ENTRY_BYTES = 500;

/** Estimated size of an event besides its data: objects, and the id of its command. */
const EVENT_BYTES = 200;

/** The folded states of recently used streams, by the id of the aggregate; bounded by bytes, least recently used out. */
export class FoldedStates<State> {
  readonly #states: LRUCache<string, FoldedState<State>>;

  /** @param maxBytes bound on the estimated size of all entries together. */
  constructor(maxBytes = MAX_BYTES) {
    this.#states = new LRUCache({ maxSize: maxBytes });
  }

  get(id: string): FoldedState<State> | undefined {
    return this.#states.get(id);
  }

  /**
   * Keeps a state, unless a higher revision is kept already: a slow read may end after the append of another command,
   * and its older state would make the next command fail on a conflict.
   */
  set(id: string, folded: FoldedState<State>): void {
    const kept = this.#states.peek(id);
    if (kept !== undefined && kept.revision > folded.revision) return;
    this.#states.set(id, folded, { size: folded.bytes });
  }

  drop(id: string): void {
    this.#states.delete(id);
  }
}

/**
 * Estimates the memory that a folded state takes from the JSON of the events in it, two bytes a character. The state
 * itself is never serialised: it grows with each event, and would be written again for each.
 */
export function estimatedBytes(events: readonly Readonly<{ data: unknown }>[], before = ENTRY_BYTES): number {
  return events.reduce((bytes, { data }) => bytes + EVENT_BYTES + 2 * JSON.stringify(data).length, before);
}
