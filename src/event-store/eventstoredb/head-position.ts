import { BACKWARDS, END, FORWARDS, START as FIRST } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import { position, START } from '../position.js';
import type { Position } from '../position.js';
import { retryEventStoreDb } from './eventstoredb-failures.js';
import type { ReadOptions } from './eventstoredb-options.js';
import { toRecordedEvent } from './stored-event.js';
import { READ_BUFFER, StreamReader } from './stream-reader.js';

/**
 * Finds the last event of the log among those of the system and of other applications: it reads backwards from the
 * server's last event to where it ended before. The client ignores a filter of such a read.
 */
export class HeadPosition {
  /** The last event of the log up to `searched`, or a later one. */
  #last: Position = START;
  #searched: Position = START;

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly options: ReadOptions,
  ) {}

  /** Says that there is an event of the log at this position. */
  note(at: Position): void {
    if (at > this.#last) this.#last = at;
  }

  /** The position of the last event of the log. @throws Unavailable when the server does not answer. */
  find(): Promise<Position> {
    return retryEventStoreDb(() => this.findOnce(), this.options.retryPolicy, this.options.closing);
  }

  /** As {@link find}, in one attempt. @throws the client's error. */
  async findOnce(): Promise<Position> {
    const known = this.#last > this.#searched ? this.#last : this.#searched;
    const end = await this.#search(known, 1);
    // A server always has events of its own.
    if (end === undefined) throw new TimedOut('the server ended the read');
    if (end < known) {
      // The server was restored or replaced: earlier findings are no longer valid.
      [this.#last, this.#searched] = [START, START];
      await this.#search(START, Infinity);
    } else if (end > known && this.#last !== end) await this.#search(known, Infinity);
    if (end > this.#searched) this.#searched = end;
    return this.#last;
  }

  /**
   * Reads up to `count` events backwards from the server's last, until it reaches the known position or an event of the
   * log, which it notes. Returns the position of the server's last event.
   */
  async #search(known: Position, count: number): Promise<Position | undefined> {
    let end: Position | undefined;
    let reached: Position | undefined;
    for await (const batch of this.#read(BACKWARDS, count)) {
      for (const resolved of batch) {
        if (resolved.event === undefined) continue;
        reached = position(resolved.event.position.commit);
        end ??= reached;
        if (reached <= known) return end;
        if (toRecordedEvent(resolved, this.options.prefix) === undefined) continue;
        this.note(reached);
        return end;
      }
    }
    // A call that the server ends early looks like one that reached the first event.
    if (count === Infinity && (reached === undefined || reached > (await this.#firstPosition())))
      throw new TimedOut('the server ended the read before its end');
    return end;
  }

  /** The position of the first event on the server. */
  async #firstPosition(): Promise<Position> {
    for await (const [first] of this.#read(FORWARDS, 1)) {
      if (first?.event !== undefined) return position(first.event.position.commit);
    }
    throw new TimedOut('the server ended the read');
  }

  /** Reads all events of the server from either end. */
  #read(
    direction: typeof BACKWARDS | typeof FORWARDS,
    count: number,
  ): AsyncGenerator<AllStreamResolvedEvent[]> {
    const call = this.client.readAll(
      {
        direction,
        fromPosition: direction === BACKWARDS ? END : FIRST,
        requiresLeader: true,
        ...(count === Infinity ? {} : { maxCount: count }),
      },
      READ_BUFFER,
    );
    return new StreamReader<AllStreamResolvedEvent>(call).batches(this.options);
  }
}
