import { BACKWARDS, END, FORWARDS, START as FIRST } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import type { StreamBounds } from '../core/stream-bounds.js';
import { READ_BUFFER, StreamReader } from './stream-reader.js';
import type { Waiting } from './eventstoredb-failures.js';

type Direction = StreamBounds['direction'];

/** A read under way: the revision it goes on with, and how many events are still wanted. */
type Read = { readonly name: string; readonly direction: Direction; next: number; left: number };

/**
 * Reads of one stream. What a server sends twice is passed on once. A call that it ends early looks like one that is
 * done: it is told by the last revision there is, or the first, asked for by itself; no such answer can be empty.
 */
export class CompleteReads {
  constructor(
    private readonly client: EventStoreDBClient,
    private readonly waiting: Waiting,
  ) {}

  /**
   * Up to `count` events from a revision on, in batches; from Infinity backwards is from the end.
   * @param name of the stream on the server.
   * @throws NoAnswer when the server keeps ending the call before the stream or the count does; the client's errors.
   */
  async *batches(
    name: string,
    direction: Direction,
    from: number,
    count: number,
  ): AsyncGenerator<ResolvedEvent[]> {
    const read = { name, direction, next: from, left: count };
    yield* this.#passed(read);
    if (read.left === 0) return;
    const more = direction === 'forwards' ? await this.#after(read) : await this.#before(read, from);
    if (more === 0) return;
    // Cut short, or appended to meanwhile. What is known to be there by now, must come.
    read.left = Math.min(read.left, more);
    yield* this.#passed(read);
    if (read.left > 0) throw new TimedOut('the server ended the read before its end');
  }

  /** What one call brings of what a read still wants. */
  async *#passed(read: Read): AsyncGenerator<ResolvedEvent[]> {
    const step = read.direction === 'forwards' ? 1 : -1;
    for await (const batch of this.#sent(read)) {
      const fresh: ResolvedEvent[] = [];
      for (const resolved of batch) {
        const revision = Number(resolved.event?.revision);
        if (read.left === 0 || !(step * revision >= step * read.next)) continue;
        read.next = revision + step;
        read.left -= 1;
        fresh.push(resolved);
      }
      if (fresh.length > 0) yield fresh;
      if (read.left === 0) return;
    }
  }

  /** How many events a read forwards has not come to. */
  async #after({ name, next }: Read): Promise<number> {
    return Math.max(0, (await this.#end(name, 'backwards')) - next + 1);
  }

  /** How many events a read backwards from a revision has not come to. */
  async #before({ name, next }: Read, from: number): Promise<number> {
    if (next < 0) return 0;
    if (next === Infinity) throw new TimedOut('the server ended the read');
    // Where a server begins when it is asked to read backwards from beyond the end is not known.
    if (next === from && next > (await this.#end(name, 'backwards'))) return 0;
    return Math.max(0, next - (await this.#end(name, 'forwards')) + 1);
  }

  /** The revision that a read of the whole stream begins with. */
  async #end(name: string, direction: Direction): Promise<number> {
    const from = direction === 'forwards' ? 0 : Infinity;
    for await (const [first] of this.#sent({ name, direction, next: from, left: 1 })) {
      if (first?.event !== undefined) return Number(first.event.revision);
    }
    throw new TimedOut('the server ended the read');
  }

  #sent({ name, direction, next, left }: Read): AsyncGenerator<ResolvedEvent[]> {
    const end = direction === 'backwards' ? END : FIRST;
    const read = this.client.readStream(
      name,
      {
        direction: direction === 'backwards' ? BACKWARDS : FORWARDS,
        fromRevision: next === Infinity ? end : BigInt(next),
        requiresLeader: true,
        ...(left === Infinity ? {} : { maxCount: left }),
      },
      READ_BUFFER,
    );
    return new StreamReader<ResolvedEvent>(read).batches(this.waiting);
  }
}
