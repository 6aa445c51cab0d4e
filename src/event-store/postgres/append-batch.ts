import type { ValidatedAppend, ValidatedEvent } from '../core/append-validation.js';
import { InvalidAppend, RevisionConflict } from '../event-store.errors.js';
import type { Appended, AppendOutcome } from '../event-store.js';
import { checkExpectedRevision } from '../core/expected-revision.js';
import { chainEvents } from '../core/hash-chain.js';
import type { ChainHead } from '../core/hash-chain.js';
import { position } from '../position.js';
import type { Position } from '../position.js';

/** Where an event is in the log. */
export type LogLocation = Readonly<{ stream: string; revision: number; position: Position }>;

/** What a batch needs to know of the log, read under the append lock. */
export type LogState = Readonly<{
  head: Position;
  /** The time that the batch's events are stamped with. */
  now: Date;
  streams: ReadonlyMap<string, ChainHead>;
  /** By event id. Contains every stored id of the appends for which {@link needsLocations} holds. */
  locations: ReadonlyMap<string, LogLocation>;
}>;

/** An event ready to be inserted. */
export type NewRow = LogLocation & Readonly<{ event: ValidatedEvent; hash: string }>;

/**
 * Whether an append can only be checked with the locations of its ids. One that expects the stream's present revision,
 * or a later one, can repeat nothing but events of its own batch.
 */
export function needsLocations({ expected }: ValidatedAppend, head: ChainHead | undefined): boolean {
  if (expected === 'any' || expected === 'stream-exists') return true;
  return head !== undefined && head.revision > (expected === 'no-stream' ? -1 : expected);
}

/** Checks appends in their order, each against what those before it store, and chains the events to be stored. */
export class AppendBatch {
  readonly outcomes: AppendOutcome[] = [];
  #rows: NewRow[] = [];
  #head: Position;
  readonly #streams: Map<string, ChainHead>;
  readonly #locations: Map<string, LogLocation>;

  constructor(state: LogState) {
    this.#head = state.head;
    this.#streams = new Map(state.streams);
    this.#locations = new Map(state.locations);
  }

  /** Adds appends to the batch and their outcomes to `outcomes`. Returns the rows to insert, in order. */
  add(appends: readonly ValidatedAppend[]): readonly NewRow[] {
    this.#rows = [];
    for (const append of appends) this.outcomes.push(this.#outcomeOf(append));
    return this.#rows;
  }

  #outcomeOf(append: ValidatedAppend): AppendOutcome {
    const { stream, expected, events } = append;
    const head = this.#streams.get(stream);
    const current = head?.revision ?? 'no-stream';
    const ids = events.map(({ id }) => id);
    const check = checkExpectedRevision(expected, current, ids, (id) => this.#locationIn(stream, id));
    switch (check.kind) {
      case 'conflict':
        return new RevisionConflict(stream, expected, current);
      case 'repeat':
        return { revision: check.last.revision, position: check.last.position };
      case 'append': {
        const known = ids.find((id) => this.#locations.has(id));
        if (known !== undefined) return new InvalidAppend(`the log holds event ${known} already`);
        return this.#chain(append, head);
      }
    }
  }

  #locationIn(stream: string, id: string): LogLocation | undefined {
    const location = this.#locations.get(id);
    return location?.stream === stream ? location : undefined;
  }

  #chain({ stream, events }: ValidatedAppend, head: ChainHead | undefined): Appended {
    const first = head === undefined ? 0 : head.revision + 1;
    let last: NewRow | undefined;
    for (const { event, revision, hash } of chainEvents(stream, first, head?.hash ?? null, events)) {
      this.#head = position(this.#head + 1n);
      last = { stream, revision, position: this.#head, event, hash };
      this.#rows.push(last);
      this.#locations.set(event.id, last);
    }
    if (last === undefined) throw new Error('an append without events passed validation');
    this.#streams.set(stream, last);
    return { revision: last.revision, position: last.position };
  }
}
