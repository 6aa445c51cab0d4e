import type { ValidatedAppend, ValidatedEvent } from '../core/append-validation.js';
import { InvalidAppend, RevisionConflict } from '../event-store.errors.js';
import type { Appended, AppendOutcome } from '../event-store.js';
import { checkExpectedRevision } from '../core/expected-revision.js';
import { chainEvents } from '../core/hash-chain.js';
import type { ChainHead } from '../core/hash-chain.js';
import { position } from '../position.js';
import type { Position } from '../position.js';

/** Where an event stands in the log. */
export type LogLocation = Readonly<{ stream: string; revision: number; position: Position }>;

/** What the log holds under the append lock, as far as a batch concerns it. */
export type LogState = Readonly<{
  head: Position;
  /** What is appended is stamped with this. */
  now: Date;
  streams: ReadonlyMap<string, ChainHead>;
  /** By event id; holds every known id of the appends that {@link needsLocations} names. */
  places: ReadonlyMap<string, LogLocation>;
}>;

/** An event ready to be inserted. */
export type NewRow = LogLocation & Readonly<{ event: ValidatedEvent; hash: string }>;

/**
 * Whether an append can only be judged by the places of its ids. One that names the stream's present revision,
 * or one beyond it, can at most repeat events of its own batch.
 */
export function needsLocations({ expected }: ValidatedAppend, head: ChainHead | undefined): boolean {
  if (expected === 'any' || expected === 'stream-exists') return true;
  return head !== undefined && head.revision > (expected === 'no-stream' ? -1 : expected);
}

/** Judges appends in their order, each upon what those before it store, and chains what is to be stored. */
export class AppendBatch {
  readonly outcomes: AppendOutcome[] = [];
  #rows: NewRow[] = [];
  #head: Position;
  readonly #streams: Map<string, ChainHead>;
  readonly #places: Map<string, LogLocation>;

  constructor(state: LogState) {
    this.#head = state.head;
    this.#streams = new Map(state.streams);
    this.#places = new Map(state.places);
  }

  /** The rows that the appends add to the log, to be inserted in their order. */
  judge(appends: readonly ValidatedAppend[]): readonly NewRow[] {
    this.#rows = [];
    for (const append of appends) this.outcomes.push(this.#outcomeOf(append));
    return this.#rows;
  }

  #outcomeOf(append: ValidatedAppend): AppendOutcome {
    const { stream, expected, events } = append;
    const head = this.#streams.get(stream);
    const current = head?.revision ?? 'no-stream';
    const ids = events.map(({ id }) => id);
    const verdict = checkExpectedRevision(expected, current, ids, (id) => this.#placeIn(stream, id));
    switch (verdict.kind) {
      case 'conflict':
        return new RevisionConflict(stream, expected, current);
      case 'repeat':
        return { revision: verdict.last.revision, position: verdict.last.position };
      case 'append': {
        const known = ids.find((id) => this.#places.has(id));
        if (known !== undefined) return new InvalidAppend(`the log holds event ${known} already`);
        return this.#add(append, head);
      }
    }
  }

  #placeIn(stream: string, id: string): LogLocation | undefined {
    const place = this.#places.get(id);
    return place?.stream === stream ? place : undefined;
  }

  #add({ stream, events }: ValidatedAppend, head: ChainHead | undefined): Appended {
    const first = head === undefined ? 0 : head.revision + 1;
    let last: NewRow | undefined;
    for (const { event, revision, hash } of chainEvents(stream, first, head?.hash ?? null, events)) {
      this.#head = position(this.#head + 1n);
      last = { stream, revision, position: this.#head, event, hash };
      this.#rows.push(last);
      this.#places.set(event.id, last);
    }
    if (last === undefined) throw new Error('an append without events was admitted');
    this.#streams.set(stream, last);
    return { revision: last.revision, position: last.position };
  }
}
