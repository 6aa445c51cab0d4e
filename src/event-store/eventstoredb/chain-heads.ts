import type { RecordedEvent } from '../event-store.js';
import type { ChainHead } from '../core/hash-chain.js';

/** Streams that are remembered. */
const CAPACITY = 20_000;

/**
 * The last event of streams, as far as it was read; the least recently used are forgotten. What was appended is not
 * put here: the server takes known ids for a repeat whatever else the append carries, so the hash computed for an
 * append need not be the one that is stored.
 */
export class ChainHeads {
  readonly #heads = new Map<string, ChainHead>();

  get(stream: string): ChainHead | undefined {
    const head = this.#heads.get(stream);
    if (head !== undefined) this.#put(stream, head);
    return head;
  }

  /** What was read last holds, also at the same revision: a server that was restored may have another event there. */
  learn({ stream, revision, hash }: RecordedEvent): void {
    const known = this.#heads.get(stream);
    if (known === undefined || known.revision <= revision) this.#put(stream, { revision, hash });
  }

  forget(stream: string): void {
    this.#heads.delete(stream);
  }

  #put(stream: string, head: ChainHead): void {
    this.#heads.delete(stream);
    this.#heads.set(stream, head);
    if (this.#heads.size <= CAPACITY) return;
    for (const oldest of this.#heads.keys()) {
      this.#heads.delete(oldest);
      return;
    }
  }
}
