import { check } from './expected-version.js';
import type { Expected, Outcome, ProposedEvent, ServerEvent } from './server-event.js';
import { ServerStreams } from './server-streams.js';

/** `$tb` of a soft-deleted stream. */
const SOFT_DELETED = 9_223_372_036_854_775_807n;

const SYSTEM_EVENTS = ['$epoch-information', '$settings', '$users'];

/**
 * What an EventStoreDB server holds, and its truth table of appends and deletions (eventstoredb-behaviour.rows.ts).
 * Outlives restarts of the server that serves it, but for the memory of recent ids.
 */
export class ServerLog {
  readonly #events: ServerEvent[] = [];
  readonly #streams = new ServerStreams();
  readonly #recent = new Map<string, Readonly<{ stream: string; revision: number }>>();
  readonly #listeners = new Set<() => void>();
  #nextPosition = 0n;

  /** @param standardProjections whether links to every event are written by category and type, as on a server with them on. */
  constructor(private readonly standardProjections = false) {
    for (const stream of SYSTEM_EVENTS) this.#write(stream, [proposed(stream, {})]);
  }

  /** All events, in the order of their positions. */
  get events(): readonly ServerEvent[] {
    return this.#events;
  }

  /** Calls back after every commit, until the function returned is called. */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Index of the first event at a position or after it. */
  indexFrom(position: bigint): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.position ?? position) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The readable events of a stream; undefined when there is none, or it is soft-deleted. */
  stream(name: string): readonly ServerEvent[] | 'deleted' | undefined {
    if (this.#streams.isTombstoned(name)) return 'deleted';
    const from = this.#truncatedBefore(name);
    const events = this.#streams.events(name);
    if (events.length === 0 || from === 'all') return undefined;
    return from === 0 ? events : events.filter(({ revision }) => revision >= from);
  }

  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Outcome {
    const checked = this.#check(
      stream,
      expected,
      events.map(({ id }) => id),
    );
    if (checked !== 'store') return checked;
    const last = this.#streams.last(stream);
    if (events.length === 0) {
      return { kind: 'done', next: Math.max(last, 0), position: this.#events.at(-1)?.position ?? 0n };
    }
    if (this.#truncatedBefore(stream) === 'all') this.#setMetadata(stream, { $tb: last + 1 });
    const written = this.#write(stream, events);
    this.#announce();
    return { kind: 'done', next: written.revision, position: written.position };
  }

  /** Soft-deletes a stream: it cannot be read, but its revisions go on; or tombstones it for ever. */
  delete(stream: string, expected: Expected, how: 'soft' | 'tombstone'): Outcome {
    const checked = this.#check(stream, expected, []);
    if (checked !== 'store' && checked.kind !== 'done') return checked;
    const written =
      how === 'soft'
        ? this.#setMetadata(stream, { $tb: SOFT_DELETED })
        : this.#write(stream, [proposed('$streamDeleted', {})]);
    if (how === 'tombstone') this.#streams.tombstone(stream);
    this.#announce();
    return { kind: 'done', next: this.#streams.last(stream), position: written.position };
  }

  /** As after a restart: only exact revisions are idempotent for what was stored before. */
  forgetRecentIds(): void {
    this.#recent.clear();
  }

  /** As restored from a backup of when there were so many events, those of the system included. */
  restore(count: number): void {
    for (const event of this.#events.splice(count).reverse()) {
      this.#streams.takeBack(event.stream);
      this.#recent.delete(event.id);
      this.#nextPosition = event.position;
    }
  }

  #check(stream: string, expected: Expected, ids: readonly string[]): Outcome | 'store' {
    return check(expected, ids, {
      events: this.#streams.events(stream),
      softDeleted: this.#truncatedBefore(stream) === 'all',
      tombstoned: this.#streams.isTombstoned(stream),
      remembered: (id) => {
        const place = this.#recent.get(id);
        return place?.stream === stream ? place.revision : undefined;
      },
    });
  }

  #truncatedBefore(stream: string): number | 'all' {
    const metadata = this.#streams.events(`$$${stream}`).at(-1);
    if (metadata === undefined) return 0;
    const [, before] = /"\$tb":(\d+)/.exec(Buffer.from(metadata.data).toString()) ?? [];
    if (before === undefined) return 0;
    return BigInt(before) === SOFT_DELETED ? 'all' : Number(before);
  }

  #setMetadata(stream: string, metadata: { $tb: number | bigint }): ServerEvent {
    const json = `{"$tb":${metadata.$tb.toString()}}`;
    return this.#write(`$$${stream}`, [{ ...proposed('$metadata', {}), data: Buffer.from(json) }]);
  }

  /** Writes at least one event; the last one written. */
  #write(stream: string, events: readonly ProposedEvent[]): ServerEvent {
    const written = events.map((event) => {
      const createdMs = Math.max(Date.now(), this.#events.at(-1)?.createdMs ?? 0);
      const place = {
        stream,
        revision: this.#streams.last(stream) + 1,
        position: this.#nextPosition,
        createdMs,
      };
      this.#nextPosition += BigInt(120 + stream.length + event.data.length + event.metadata.length);
      const held = { ...event, ...place };
      this.#events.push(held);
      this.#streams.add(held);
      this.#recent.set(event.id, place);
      return held;
    });
    if (this.standardProjections && !stream.startsWith('$')) for (const event of written) this.#link(event);
    const last = written.at(-1);
    if (last === undefined) throw new Error('nothing to write');
    return last;
  }

  #link({ stream, type, revision }: ServerEvent): void {
    const category = stream.split('-')[0] ?? stream;
    for (const projection of [`$ce-${category}`, `$et-${type}`]) {
      this.#write(projection, [
        { ...proposed('$>', {}), json: false, data: Buffer.from(`${revision}@${stream}`) },
      ]);
    }
    if (revision > 0) return;
    this.#write(`$category-${category}`, [{ ...proposed('$>', {}), json: false, data: Buffer.from(stream) }]);
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function proposed(type: string, data: object): ProposedEvent {
  return {
    id: crypto.randomUUID(),
    type,
    json: true,
    data: Buffer.from(JSON.stringify(data)),
    metadata: new Uint8Array(),
  };
}
