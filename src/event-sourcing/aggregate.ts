import { StreamNotFound } from '../event-store/event-store.errors.js';
import type { EventStore, RecordedEvent } from '../event-store/event-store.js';
import { START, type Position } from '../event-store/position.js';
import { eventReader, type DomainEvent, type EventSchemas } from './event-schema.js';

/** How one aggregate is stored: its streams' prefix, its events and its fold. */
export type Aggregate<State, Event extends DomainEvent> = Readonly<{
  streamPrefix: string;
  schemas: EventSchemas<Event['type']>;
  evolve: (state: State | null, event: Event) => State;
}>;

/** An event of a stream at the present version of its type, with its place in the log and its metadata. */
export type HistoryEntry<Event> = Readonly<{ event: Event }> &
  Pick<RecordedEvent, 'revision' | 'position' | 'metadata'>;

/** An aggregate as loaded: `revision` -1 and `state` null when it has no events. */
export type LoadedAggregate<State, Event> = Readonly<{
  state: State | null;
  revision: number;
  position: Position;
  history: readonly HistoryEntry<Event>[];
}>;

/** Reads aggregates from their streams. It caches nothing. */
export class AggregateReader<State, Event extends DomainEvent> {
  readonly #read: (recorded: RecordedEvent) => Event;

  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly aggregate: Aggregate<State, Event>,
  ) {
    this.#read = eventReader<Event>(aggregate.schemas);
  }

  /** Folds an id's stream. @throws UnknownEvent, UpcastFailed for what cannot be read; Unavailable of the store. */
  async load(id: string): Promise<LoadedAggregate<State, Event>> {
    const history: HistoryEntry<Event>[] = [];
    try {
      for await (const recorded of this.store.readStream(this.aggregate.streamPrefix + id)) {
        const { revision, position, metadata } = recorded;
        history.push({ event: this.#read(recorded), revision, position, metadata });
      }
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
    return this.fold(history);
  }

  /** Folds a history, or the beginning of one. */
  fold(history: readonly HistoryEntry<Event>[]): LoadedAggregate<State, Event> {
    const last = history.at(-1);
    return {
      state: history.reduce<State | null>((state, { event }) => this.aggregate.evolve(state, event), null),
      revision: last?.revision ?? -1,
      position: last?.position ?? START,
      history,
    };
  }
}
