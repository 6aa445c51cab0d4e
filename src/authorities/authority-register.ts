import type { EventStore } from '../event-store/event-store.js';
import { AggregateReader, type Aggregate } from '../event-sourcing/aggregate.js';
import type { AuthorityCode } from './authority-code.js';
import { authorityEventSchemas, type AuthorityEvent } from './authority.events.js';
import { evolve, type Authority } from './authority.js';

export const AUTHORITY_STREAMS = 'authority-';

export const authorityAggregate: Aggregate<Authority, AuthorityEvent> = {
  streamPrefix: AUTHORITY_STREAMS,
  schemas: authorityEventSchemas,
  evolve,
};

/** How long a body read from the log is taken to be still so, in milliseconds. */
const FRESH_FOR = 5_000;

/**
 * The register of bodies, read from the log itself, so that a command never waits for a projection. What
 * was found is remembered for a few seconds; what was not found is looked up each time.
 */
export class AuthorityRegister {
  private readonly authorities: AggregateReader<Authority, AuthorityEvent>;
  private readonly known = new Map<AuthorityCode, { authority: Authority; until: number }>();

  constructor(store: EventStore) {
    this.authorities = new AggregateReader(store, authorityAggregate);
  }

  /** The body with a code, null when the register has none. */
  async find(code: AuthorityCode): Promise<Authority | null> {
    const known = this.known.get(code);
    if (known !== undefined && known.until > Date.now()) return known.authority;
    const { state } = await this.authorities.load(code);
    if (state !== null) this.known.set(code, { authority: state, until: Date.now() + FRESH_FOR });
    return state;
  }
}
