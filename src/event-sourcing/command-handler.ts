import { InvalidAppend, RevisionConflict } from '../event-store/event-store.errors.js';
import type { EventStore } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';
import { InvalidInput, StaleState } from '../platform/errors.js';
import { AggregateReader, type Aggregate, type HistoryEntry, type LoadedAggregate } from './aggregate.js';
import { contentHash, type CommandContext } from './command-context.js';
import { MAX_ATTEMPTS, conflictBackoff } from './conflict-backoff.js';
import type { DomainEvent } from './event-schema.js';
import { estimatedBytes, FoldedStates, type FoldedState } from './folded-states.js';
import { newEvents } from './new-events.js';

/** What a command did; for a repeated command, what it did the first time. */
export type CommandResult<State, Event> = Readonly<{
  state: State | null;
  revision: number;
  position: Position;
  events: readonly Event[];
}>;

/**
 * Makes a command's events from the present state, or throws a refusal. It may be called several times for one
 * command, also with a state that is no longer the present one, so it must have no effects.
 */
export type Decide<State, Event> = (state: State | null) => readonly Event[] | Promise<readonly Event[]>;

export type HandleOptions = Readonly<{
  /** Revision the caller decided upon (`If-Match`), -1 for none; any when left out. */
  expected?: number | undefined;
  /**
   * What the command is decided upon first: `recent`, the folded state of a recent command where there is one;
   * `no-stream`, that the aggregate does not exist yet; `read`, the stream itself, for a `decide` that has an effect
   * (which must be safe to repeat: a conflict leads to another decision). `recent` when left out.
   */
  firstBasis?: 'recent' | 'no-stream' | 'read';
}>;

/** A command on its way through {@link StreamCommandHandler.handle}. */
type Handling<State, Event> = Readonly<{
  id: string;
  context: CommandContext;
  contentHash: string;
  decide: Decide<State, Event>;
  expected: number | undefined;
}>;

/** What a command is decided upon: a {@link FoldedState}, or the state before the first event. */
type Basis<State> = Readonly<{ state: State | null }> & Omit<FoldedState<State>, 'state'>;

const NO_STREAM = { state: null, revision: -1, commandIds: new Set<string>(), bytes: estimatedBytes([]) };

/**
 * Loads an aggregate from its stream, decides, and appends under the exact revision it decided upon. It keeps the
 * folded states of recently used streams, so that most commands need no read; use one handler per process and store.
 */
export class StreamCommandHandler<State, Event extends DomainEvent> {
  readonly #reader: AggregateReader<State, Event>;
  readonly #folded: FoldedStates<State>;

  /** @param cacheBytes bound on the folded states kept, in bytes. */
  constructor(
    private readonly store: Pick<EventStore, 'append' | 'readStream'>,
    private readonly aggregate: Aggregate<State, Event>,
    cacheBytes?: number,
  ) {
    this.#reader = new AggregateReader(store, aggregate);
    this.#folded = new FoldedStates(cacheBytes);
  }

  /** As {@link AggregateReader.load}: a folded state kept here may be behind what other processes have stored. */
  load(id: string): Promise<LoadedAggregate<State, Event>> {
    return this.#reader.load(id);
  }

  /**
   * Runs a command once. A repeat, which is the same command id in the stream, gets the first answer again; this
   * works on every engine without a table beside the log (design 2).
   *
   * @throws InvalidInput `idempotency-key-reused` when the command id came with another content; StaleState when
   *   `expected` is not the present revision; RevisionConflict when others kept writing; what `decide` throws upon
   *   the present state; as {@link load} besides.
   */
  async handle(
    id: string,
    command: object,
    context: CommandContext,
    decide: Decide<State, Event>,
    { expected, firstBasis = 'recent' }: HandleOptions = {},
  ): Promise<CommandResult<State, Event>> {
    const handling = { id, context, contentHash: contentHash(command), decide, expected };
    const unread = firstBasis === 'read' ? undefined : this.#folded.get(id);
    const basis = unread ?? (firstBasis === 'no-stream' ? NO_STREAM : undefined);
    let conflict: RevisionConflict | undefined;
    if (basis !== undefined) {
      const result = await this.#handleUnread(handling, basis);
      if (result instanceof RevisionConflict) conflict = result;
      else if (result !== undefined) return result;
    }
    for (let attempt = 1; ; attempt += 1) {
      const loaded = await this.load(id);
      // A cluster may refuse an append for an event that it shows to readers only a moment later. A decision upon a
      // read that lacks that event could refuse, or change nothing, for a reason that no longer holds.
      if (conflict === undefined || loaded.revision >= lastRevision(conflict)) {
        const result = await this.#handleLoaded(handling, loaded);
        if (!(result instanceof RevisionConflict)) return result;
        conflict = result;
      }
      if (attempt >= MAX_ATTEMPTS) throw conflict;
      await conflictBackoff(attempt);
    }
  }

  /**
   * Decides upon a state that was not read now, and appends. On such a state nothing but an append may follow, for
   * the exact revision of the append is what proves that the state was the present one.
   *
   * @returns undefined where the command must be decided upon the stream as read: it was refused, changes nothing,
   *   is a repeat, or expects another revision, and each of these may be so only because the state is out of date.
   */
  async #handleUnread(
    handling: Handling<State, Event>,
    basis: Basis<State>,
  ): Promise<CommandResult<State, Event> | RevisionConflict | undefined> {
    if (basis.commandIds.has(handling.context.id) || isStale(basis, handling.expected)) return undefined;
    let events: readonly Event[];
    try {
      events = await handling.decide(basis.state);
    } catch {
      return undefined;
    }
    if (events.length === 0) return undefined;
    try {
      return await this.#append(handling, basis, events);
    } catch (error) {
      // Too large to be stored: a refusal too.
      if (error instanceof InvalidAppend) return undefined;
      throw error;
    }
  }

  async #handleLoaded(
    handling: Handling<State, Event>,
    loaded: LoadedAggregate<State, Event>,
  ): Promise<CommandResult<State, Event> | RevisionConflict> {
    const { id, expected } = handling;
    const basis = basisOf(loaded);
    this.#keep(id, basis);
    const earlier = this.#earlierAnswer(loaded.history, handling);
    if (earlier !== null) return earlier;
    if (isStale(loaded, expected)) {
      throw new StaleState(`the state is at revision ${loaded.revision}, not at ${expected}`);
    }
    const events = await handling.decide(loaded.state);
    return events.length === 0 ? { ...loaded, events } : this.#append(handling, basis, events);
  }

  /** @returns the conflict where others wrote the stream since the basis; nothing is stored then. */
  async #append(
    { id, context, contentHash }: Handling<State, Event>,
    basis: Basis<State>,
    events: readonly Event[],
  ): Promise<CommandResult<State, Event> | RevisionConflict> {
    const expected = basis.revision < 0 ? 'no-stream' : basis.revision;
    const appending = newEvents(this.aggregate.schemas, events, context, contentHash);
    try {
      const appended = await this.store.append(this.aggregate.streamPrefix + id, expected, appending);
      // Folded from what was stored, which schemas may have trimmed: a state folded from what was decided could
      // differ from what the next read finds.
      const stored = appending.map(({ type, data }) => ({ type, data }) as unknown as Event);
      const state = stored.reduce<State | null>(this.aggregate.evolve, basis.state);
      const commandIds = new Set(basis.commandIds).add(context.id);
      const bytes = estimatedBytes(appending, basis.bytes);
      this.#keep(id, { state, revision: appended.revision, commandIds, bytes });
      return { state, ...appended, events: stored };
    } catch (error) {
      // Also where the outcome is not known: the events may have been stored or not, and an entry says which.
      this.#folded.drop(id);
      if (error instanceof RevisionConflict) return error;
      throw error;
    }
  }

  #keep(id: string, { state, ...rest }: Basis<State>): void {
    if (state !== null) this.#folded.set(id, { state, ...rest });
  }

  #earlierAnswer(
    history: readonly HistoryEntry<Event>[],
    { context, contentHash }: Handling<State, Event>,
  ): CommandResult<State, Event> | null {
    const own = history.filter(({ metadata }) => metadata.command.id === context.id);
    const last = own.at(-1);
    if (last === undefined) return null;
    if (last.metadata.command.contentHash !== contentHash) {
      const message = `the key ${context.id} was used with another content`;
      throw new InvalidInput(message, [], 'idempotency-key-reused');
    }
    return {
      ...this.#reader.fold(history.slice(0, last.revision + 1)),
      events: own.map(({ event }) => event),
    };
  }
}

/** An aggregate that does not exist is not stale: the decision says that it does not exist (RFC 9110, 13.2.1). */
function isStale(
  { state, revision }: Pick<Basis<unknown>, 'state' | 'revision'>,
  expected: number | undefined,
): expected is number {
  return state !== null && expected !== undefined && expected !== revision;
}

function basisOf<State>({ state, revision, history }: LoadedAggregate<State, DomainEvent>): Basis<State> {
  const commandIds = new Set(history.map(({ metadata }) => metadata.command.id));
  return { state, revision, commandIds, bytes: estimatedBytes(history.map(({ event }) => event)) };
}

/** -1 for a stream without events. */
function lastRevision({ actual }: RevisionConflict): number {
  return actual === 'no-stream' ? -1 : actual;
}
