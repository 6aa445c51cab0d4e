import { LRUCache } from 'lru-cache';
import type { EventStore } from '../event-store/event-store.js';
import { AggregateReader, type Aggregate } from '../event-sourcing/aggregate.js';
import type { AuthorityCode } from './authority-code.js';
import { authorityEventSchemas, type AuthorityEvent } from './authority.events.js';
import { evolve, type AuthoritiesByCode, type Authority } from './authority.js';

/** The stream of a body: `authority-E07000129`. */
export const AUTHORITY_STREAMS = 'authority-';

/** How bodies of the register are stored. */
export const authorityAggregate: Aggregate<Authority, AuthorityEvent> = {
  streamPrefix: AUTHORITY_STREAMS,
  schemas: authorityEventSchemas,
  evolve,
};

/** Milliseconds for which a body read from the log may be out of date (design 3). */
const TTL_MS = 5_000;
/** Several times the number of bodies there are. */
const MAX_BODIES = 2_000;

/**
 * The register of bodies, read from the log itself, so that a command never waits for a projection. It keeps a body
 * it found for a few seconds, and looks up a code it did not find each time.
 */
export class AuthorityRegister {
  private readonly authorities: AggregateReader<Authority, AuthorityEvent>;
  private readonly found = new LRUCache<AuthorityCode, Authority>({ max: MAX_BODIES, ttl: TTL_MS });

  constructor(store: EventStore) {
    this.authorities = new AggregateReader(store, authorityAggregate);
  }

  /** The body with a code; null if the register has none. @throws as {@link AggregateReader.load} does. */
  async find(code: AuthorityCode): Promise<Authority | null> {
    const found = this.found.get(code);
    if (found !== undefined) return found;
    const { state } = await this.authorities.load(code);
    if (state !== null) this.found.set(code, state);
    return state;
  }

  /** The bodies with some codes, as {@link find} finds each. */
  async findAll(codes: Iterable<AuthorityCode>): Promise<AuthoritiesByCode> {
    const found = new Map<AuthorityCode, Authority>();
    for (const code of codes) {
      const authority = await this.find(code);
      if (authority !== null) found.set(code, authority);
    }
    return found;
  }
}
