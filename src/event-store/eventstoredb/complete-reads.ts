import { BACKWARDS, END, FORWARDS, START as FIRST } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import type { StreamBounds } from '../core/stream-bounds.js';
import type { ReadOptions } from './eventstoredb-options.js';
import { READ_BUFFER, StreamReader } from './stream-reader.js';

type Direction = StreamBounds['direction'];

/** A read under way: the next revision to read, and how many events are still wanted. */
type Read = { readonly name: string; readonly direction: Direction; next: number; left: number };

/**
 * Reads of one stream on the server, complete and without repeats. Events that the server sends twice are yielded once.
 * A call that the server ends early looks like one that is complete. So the stream's last revision (or first, when
 * reading backwards) is read by another call, whose answer cannot be empty.
 */
export class CompleteReads {
  constructor(
    private readonly client: EventStoreDBClient,
    private readonly options: Pick<ReadOptions, 'silenceMs' | 'closing'>,
  ) {}

  /**
   * Reads up to `count` events in batches, beginning with a revision; Infinity is the last one.
   * @param name of the stream on the server.
   * @throws TimedOut when the server ends also the second call before the end of the stream or the count; the client's
   *   errors.
   */
  async *batches(
    name: string,
    direction: Direction,
    from: number,
    count: number,
  ): AsyncGenerator<ResolvedEvent[]> {
    const read = { name, direction, next: from, left: count };
    yield* this.#withoutRepeats(read);
    if (read.left === 0) return;
    const missing = await (direction === 'forwards' ? this.#countAfter(read) : this.#countBefore(read, from));
    if (missing === 0) return;
    // The call was ended early, or events were appended meanwhile. These events are known to exist, and must come.
    read.left = Math.min(read.left, missing);
    yield* this.#withoutRepeats(read);
    if (read.left > 0) throw new TimedOut('the server ended the read before its end');
  }

  /** Makes one call for what a read still wants. */
  async *#withoutRepeats(read: Read): AsyncGenerator<ResolvedEvent[]> {
    const step = read.direction === 'forwards' ? 1 : -1;
    for await (const batch of this.#call(read)) {
      const wanted: ResolvedEvent[] = [];
      for (const resolved of batch) {
        const revision = Number(resolved.event?.revision);
        if (read.left === 0 || !(step * revision >= step * read.next)) continue;
        read.next = revision + step;
        read.left -= 1;
        wanted.push(resolved);
      }
      if (wanted.length > 0) yield wanted;
      if (read.left === 0) return;
    }
  }

  /** How many events a read forwards has not reached. */
  async #countAfter({ name, next }: Read): Promise<number> {
    return Math.max(0, (await this.#firstRevision(name, 'backwards')) - next + 1);
  }

  /** How many events a read backwards, begun at revision `from`, has not reached. */
  async #countBefore({ name, next }: Read, from: number): Promise<number> {
    if (next < 0) return 0;
    if (next === Infinity) throw new TimedOut('the server ended the read');
    // We do not know where a server begins to read backwards from a revision after the last.
    if (next === from && next > (await this.#firstRevision(name, 'backwards'))) return 0;
    return Math.max(0, next - (await this.#firstRevision(name, 'forwards')) + 1);
  }

  /** The revision that a read of the whole stream in this direction begins with. */
  async #firstRevision(name: string, direction: Direction): Promise<number> {
    const from = direction === 'forwards' ? 0 : Infinity;
    for await (const [first] of this.#call({ name, direction, next: from, left: 1 })) {
      if (first?.event !== undefined) return Number(first.event.revision);
    }
    throw new TimedOut('the server ended the read');
  }

  #call({ name, direction, next, left }: Read): AsyncGenerator<ResolvedEvent[]> {
    const begin = direction === 'backwards' ? END : FIRST;
    const call = this.client.readStream(
      name,
      {
        direction: direction === 'backwards' ? BACKWARDS : FORWARDS,
        fromRevision: next === Infinity ? begin : BigInt(next),
        requiresLeader: true,
        ...(left === Infinity ? {} : { maxCount: left }),
      },
      READ_BUFFER,
    );
    return new StreamReader<ResolvedEvent>(call).batches(this.options);
  }
}
