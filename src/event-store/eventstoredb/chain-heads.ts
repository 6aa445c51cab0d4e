import { LRUCache } from 'lru-cache';
import type { RecordedEvent } from '../event-store.js';
import type { ChainHead } from '../core/hash-chain.js';

/** Streams whose last event is kept. */
const CAPACITY = 20_000;

/**
 * The last event of streams as far as they were read. The least recently used are dropped. Appended events are not added:
 * the server treats an append with known ids as a repeat, even if the rest of it differs, so the hash computed for an
 * append may differ from the stored one.
 */
export class ChainHeads {
  readonly #heads: LRUCache<string, ChainHead>;

  constructor(capacity = CAPACITY) {
    this.#heads = new LRUCache({ max: capacity });
  }

  get(stream: string): ChainHead | undefined {
    return this.#heads.get(stream);
  }

  /** Keeps an event that was read, also at a known revision: a restored server may have another event there. */
  update({ stream, revision, hash }: RecordedEvent): void {
    const known = this.#heads.peek(stream);
    if (known === undefined || known.revision <= revision) this.#heads.set(stream, { revision, hash });
  }

  forget(stream: string): void {
    this.#heads.delete(stream);
  }
}
