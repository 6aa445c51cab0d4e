import { hash as digest } from 'node:crypto';
import { InvalidInput, StaleState } from '../platform/errors.js';
import { contentHash, type CommandContext } from './command-context.js';
import { eventReader, storedEvent, type DomainEvent, type EventSchemas } from './event-schema.js';
import { RevisionConflict, StreamNotFound } from '../event-store/event-store.errors.js';
import type { EventStore, NewEvent, RecordedEvent } from '../event-store/event-store.js';
import { MAX_ATTEMPTS, conflictBackoff } from './conflict-backoff.js';
import { START, type Position } from '../event-store/position.js';

/** How one aggregate is stored: its streams' prefix, its events and its fold. */
export type Aggregate<State, Event extends DomainEvent> = Readonly<{
  streamPrefix: string;
  schemas: EventSchemas<Event['type']>;
  evolve: (state: State | null, event: Event) => State;
}>;

/** An event of a stream as it reads now, with its place and what stands beside it. */
export type HistoryEntry<Event> = Readonly<{ event: Event }> &
  Pick<RecordedEvent, 'revision' | 'position' | 'metadata'>;

/** An aggregate as loaded: `revision` -1 and `state` null when it has no events. */
export type LoadedAggregate<State, Event> = Readonly<{
  state: State | null;
  revision: number;
  position: Position;
  history: readonly HistoryEntry<Event>[];
}>;

/** What a command did, or did when it first came. */
export type CommandResult<State, Event> = Readonly<{
  state: State | null;
  revision: number;
  position: Position;
  events: readonly Event[];
}>;

/** Loads an aggregate from its stream, decides, and appends under the exact revision it decided upon. */
export class StreamCommandHandler<State, Event extends DomainEvent> {
  private readonly read: (recorded: RecordedEvent) => Event;

  constructor(
    private readonly store: EventStore,
    private readonly aggregate: Aggregate<State, Event>,
  ) {
    this.read = eventReader<Event>(aggregate.schemas);
  }

  /** Folds an id's stream. @throws UnknownEvent, UpcastFailed for what cannot be read; Unavailable of the store. */
  async load(id: string): Promise<LoadedAggregate<State, Event>> {
    const history: HistoryEntry<Event>[] = [];
    try {
      for await (const recorded of this.store.readStream(this.aggregate.streamPrefix + id)) {
        const { revision, position, metadata } = recorded;
        history.push({ event: this.read(recorded), revision, position, metadata });
      }
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
    return this.fold(history);
  }

  /**
   * Runs a command once. A repeat, that is the same command id in the stream, gets the first answer again,
   * which works on every engine without a table beside the log (design 2).
   *
   * @param expected revision the caller decided upon (`If-Match`), -1 for none; any when left out.
   * @throws InvalidInput `idempotency-key-reused` when the command id came with another content; StaleState when
   *   `expected` is not the present revision; RevisionConflict when others kept writing; as {@link load} besides.
   */
  async handle(
    id: string,
    command: object,
    envelope: CommandContext,
    decide: (state: State | null) => readonly Event[] | Promise<readonly Event[]>,
    expected?: number,
  ): Promise<CommandResult<State, Event>> {
    const hash = contentHash(command);
    for (let attempt = 1; ; attempt += 1) {
      const loaded = await this.load(id);
      const earlier = this.earlierAnswer(loaded.history, envelope.id, hash);
      if (earlier !== null) return earlier;
      // What does not exist is not stale; deciding on it says so (RFC 9110, 13.2.1).
      if (loaded.state !== null && expected !== undefined && expected !== loaded.revision) {
        throw new StaleState(`the state is at revision ${loaded.revision}, not at ${expected}`);
      }
      const events = await decide(loaded.state);
      if (events.length === 0) return { ...loaded, events };
      try {
        const { revision, position } = await this.store.append(
          this.aggregate.streamPrefix + id,
          loaded.revision < 0 ? 'no-stream' : loaded.revision,
          this.newEvents(id, events, envelope, hash),
        );
        const state = events.reduce<State | null>(this.aggregate.evolve, loaded.state);
        return { state, revision, position, events };
      } catch (error) {
        if (!(error instanceof RevisionConflict) || attempt >= MAX_ATTEMPTS) throw error;
        await conflictBackoff(attempt);
      }
    }
  }

  /** A command's events as the log takes them. Ids are derived from stream and command, so a retry repeats them. */
  newEvents(id: string, events: readonly Event[], envelope: CommandContext, hash: string): NewEvent[] {
    const { actor, at, correlationId } = envelope;
    const metadata = {
      actor,
      recordedAt: at.toISOString(),
      correlationId,
      causationId: envelope.id,
      command: { id: envelope.id, contentHash: hash },
    };
    return events.map((event, index) => ({
      id: derivedId(`${this.aggregate.streamPrefix}${id}\n${envelope.id}\n${hash}\n${index}`),
      ...storedEvent(this.aggregate.schemas, event),
      metadata,
    }));
  }

  private earlierAnswer(
    history: readonly HistoryEntry<Event>[],
    commandId: string,
    hash: string,
  ): CommandResult<State, Event> | null {
    const own = history.filter(({ metadata }) => metadata.command.id === commandId);
    const last = own.at(-1);
    if (last === undefined) return null;
    if (last.metadata.command.contentHash !== hash) {
      throw new InvalidInput(
        `the key ${commandId} was used with another content`,
        [],
        'idempotency-key-reused',
      );
    }
    return { ...this.fold(history.slice(0, last.revision + 1)), events: own.map(({ event }) => event) };
  }

  private fold(history: readonly HistoryEntry<Event>[]): LoadedAggregate<State, Event> {
    const last = history.at(-1);
    return {
      state: history.reduce<State | null>((state, { event }) => this.aggregate.evolve(state, event), null),
      revision: last?.revision ?? -1,
      position: last?.position ?? START,
      history,
    };
  }
}

/** A UUID (version 8) from a SHA-256 over a text: the same text, the same id. */
export function derivedId(text: string): string {
  const hex = digest('sha256', text);
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
