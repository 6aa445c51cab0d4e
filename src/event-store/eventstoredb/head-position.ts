import { BACKWARDS, END, FORWARDS, START as FIRST } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import { position, START } from '../position.js';
import type { Position } from '../position.js';
import { READ_BUFFER, StreamReader } from './stream-reader.js';
import { retryEventStoreDb } from './eventstoredb-failures.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';
import type { Waiting } from './eventstoredb-failures.js';
import { toRecordedEvent } from './stored-event.js';

/**
 * Finds the last event of the log among those of the system and of other applications: backwards from the
 * server's last one, as far as it did not look before. The client ignores the filter of such a read.
 */
export class HeadPosition {
  /** The last event of the log up to `searched`, or later. */
  #last: Position = START;
  #searched: Position = START;

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly prefix: string,
    private readonly patience: RetryPolicy,
    private readonly waiting: Waiting,
  ) {}

  /** An event of the log is known to be at this position. */
  note(at: Position): void {
    if (at > this.#last) this.#last = at;
  }

  /** @throws Unavailable when the server does not answer. */
  find(): Promise<Position> {
    return retryEventStoreDb(() => this.findOnce(), this.patience);
  }

  /** As {@link find}, in one attempt. @throws the client's error. */
  async findOnce(): Promise<Position> {
    const known = this.#last > this.#searched ? this.#last : this.#searched;
    const [end] = await this.#search(known, 1);
    // A server's log is never empty.
    if (end === undefined) throw new TimedOut('the server ended the read');
    if (end < known) {
      // The server holds another log than it did, of which nothing is known yet.
      [this.#last, this.#searched] = [START, START];
      await this.#search(START, Infinity);
    } else if (end > known && this.#last !== end) await this.#search(known, Infinity);
    if (end > this.#searched) this.#searched = end;
    return this.#last;
  }

  /** Looks at so many events, back to a known position or an event of the log; the first one's position. */
  async #search(known: Position, count: number): Promise<Position[]> {
    const seen: Position[] = [];
    let place: Position | undefined;
    for await (const batch of this.#read(BACKWARDS, count)) {
      for (const resolved of batch) {
        if (resolved.event === undefined) continue;
        const at = position(resolved.event.position.commit);
        if (seen.length === 0) seen.push(at);
        place = at;
        if (at <= known) return seen;
        if (toRecordedEvent(resolved, this.prefix) === undefined) continue;
        this.note(at);
        return seen;
      }
    }
    // A call that the server ends early looks like one that came to the beginning.
    if (count === Infinity && (place === undefined || place > (await this.#first())))
      throw new TimedOut('the server ended the read before its end');
    return seen;
  }

  /** The position of the first event on the server. */
  async #first(): Promise<Position> {
    for await (const [first] of this.#read(FORWARDS, 1)) {
      if (first?.event !== undefined) return position(first.event.position.commit);
    }
    throw new TimedOut('the server ended the read');
  }

  /** Reads the whole server's log from either end. */
  #read(
    direction: typeof BACKWARDS | typeof FORWARDS,
    count: number,
  ): AsyncGenerator<AllStreamResolvedEvent[]> {
    const read = this.client.readAll(
      {
        direction,
        fromPosition: direction === BACKWARDS ? END : FIRST,
        requiresLeader: true,
        ...(count === Infinity ? {} : { maxCount: count }),
      },
      READ_BUFFER,
    );
    return new StreamReader<AllStreamResolvedEvent>(read).batches(this.waiting);
  }
}
