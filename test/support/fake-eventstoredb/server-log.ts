import { checkExpectedVersion } from './expected-version.js';
import type { Expected, AppendResult, ProposedEvent, ServerEvent } from './server-event.js';
import { ServerStreams } from './server-streams.js';

/** `$tb` (truncate before) of a soft-deleted stream. */
const SOFT_DELETED = 9_223_372_036_854_775_807n;

const SYSTEM_EVENTS = ['$epoch-information', '$settings', '$users'];

/**
 * The events of an EventStoreDB server, and its checks of appends and deletions (eventstoredb-behaviour.rows.ts). It
 * outlives restarts of the server, except for recent ids.
 */
export class ServerLog {
  readonly #events: ServerEvent[] = [];
  readonly #streams = new ServerStreams();
  readonly #recent = new Map<string, Readonly<{ stream: string; revision: number }>>();
  readonly #listeners = new Set<() => void>();
  #nextPosition = 0n;

  /** @param standardProjections whether links to every event are written, by category and by type. */
  constructor(private readonly standardProjections = false) {
    for (const stream of SYSTEM_EVENTS) this.#write(stream, [proposed(stream, {})]);
  }

  /** All events, in the order of their positions. */
  get events(): readonly ServerEvent[] {
    return this.#events;
  }

  /** Calls the listener after every commit. Returns a function that removes it. */
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

  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): AppendResult {
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
    this.#notify();
    return { kind: 'done', next: written.revision, position: written.position };
  }

  /** Soft-deletes a stream, which then cannot be read but keeps its revisions, or writes a tombstone. */
  delete(stream: string, expected: Expected, how: 'soft' | 'tombstone'): AppendResult {
    const checked = this.#check(stream, expected, []);
    if (checked !== 'store' && checked.kind !== 'done') return checked;
    const written =
      how === 'soft'
        ? this.#setMetadata(stream, { $tb: SOFT_DELETED })
        : this.#write(stream, [proposed('$streamDeleted', {})]);
    if (how === 'tombstone') this.#streams.tombstone(stream);
    this.#notify();
    return { kind: 'done', next: this.#streams.last(stream), position: written.position };
  }

  /** Forgets recent ids, as a restart does: only appends at exact revisions stay idempotent. */
  forgetRecentIds(): void {
    this.#recent.clear();
  }

  /** Removes all events, including system events, after the first `count` ones, like a restore from an older backup. */
  restore(count: number): void {
    for (const event of this.#events.splice(count).reverse()) {
      this.#streams.removeLast(event.stream);
      this.#recent.delete(event.id);
      this.#nextPosition = event.position;
    }
  }

  #check(stream: string, expected: Expected, ids: readonly string[]): AppendResult | 'store' {
    return checkExpectedVersion(expected, ids, {
      events: this.#streams.events(stream),
      softDeleted: this.#truncatedBefore(stream) === 'all',
      tombstoned: this.#streams.isTombstoned(stream),
      remembered: (id) => {
        const location = this.#recent.get(id);
        return location?.stream === stream ? location.revision : undefined;
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

  /** Writes events, at least one. Returns the last. */
  #write(stream: string, events: readonly ProposedEvent[]): ServerEvent {
    const written = events.map((event) => {
      const createdMs = Math.max(Date.now(), this.#events.at(-1)?.createdMs ?? 0);
      const location = {
        stream,
        revision: this.#streams.last(stream) + 1,
        position: this.#nextPosition,
        createdMs,
      };
      this.#nextPosition += BigInt(120 + stream.length + event.data.length + event.metadata.length);
      const stored = { ...event, ...location };
      this.#events.push(stored);
      this.#streams.add(stored);
      this.#recent.set(event.id, location);
      return stored;
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

  #notify(): void {
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
