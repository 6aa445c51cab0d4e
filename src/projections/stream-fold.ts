import type { QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';

/** The table that keeps the states of folded streams between pages. */
export interface StateTable<State> {
  /** Reads the present states of streams, by id; a stream that is not stored yet has none. */
  read(ids: readonly string[], transaction: QueryRunner): Promise<ReadonlyMap<string, State>>;
  /** Stores the states after the page's events, in order. */
  write(steps: readonly Step<State>[], transaction: QueryRunner): Promise<void>;
}

/** The state of a stream before and after one event. */
export type Step<State> = Readonly<{ id: string; position: Position; before: State | null; after: State }>;

/** The streams of one aggregate, folded by its own `evolve`, a page at a time. */
export class StreamFold<State, Event> {
  constructor(
    private readonly streamPrefix: string,
    private readonly read: (recorded: EventWithoutMetadata) => Event,
    private readonly evolve: (state: State | null, event: Event) => State,
    private readonly table: StateTable<State>,
  ) {}

  /** Folds the page's events of these streams into steps; nothing is stored. */
  async fold(
    page: readonly EventWithoutMetadata[],
    transaction: QueryRunner,
  ): Promise<readonly Step<State>[]> {
    const own = page.filter((event) => event.stream.startsWith(this.streamPrefix));
    if (own.length === 0) return [];
    const states = new Map(await this.table.read(this.begunBefore(own), transaction));
    return own.map((event): Step<State> => {
      const id = this.idOf(event);
      const before = states.get(id) ?? null;
      const after = this.evolve(before, this.read(event));
      states.set(id, after);
      return { id, position: event.position, before, after };
    });
  }

  /** Stores the steps of a page. */
  async store(steps: readonly Step<State>[], transaction: QueryRunner): Promise<void> {
    if (steps.length > 0) await this.table.write(steps, transaction);
  }

  /** A stream whose first event is on the page has no state yet, so none is read. */
  private begunBefore(own: readonly EventWithoutMetadata[]): string[] {
    const ids = new Set(own.map((event) => this.idOf(event)));
    for (const event of own) if (event.revision === 0) ids.delete(this.idOf(event));
    return [...ids];
  }

  private idOf(event: EventWithoutMetadata): string {
    return event.stream.slice(this.streamPrefix.length);
  }
}
