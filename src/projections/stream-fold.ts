import type { QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';

/** Where the states of folded streams are kept between pages. */
export interface StateTable<State> {
  /** The present states of streams, by id; none for a stream not seen yet. */
  read(ids: readonly string[], transaction: QueryRunner): Promise<ReadonlyMap<string, State>>;
  /** Stores what the page's events led to, in order. */
  write(steps: readonly Step<State>[], transaction: QueryRunner): Promise<void>;
}

/** What one event changed. */
export type Step<State> = Readonly<{ id: string; position: Position; before: State | null; after: State }>;

/** The streams of one aggregate, folded by its own `evolve`, a page at a time. */
export class StreamFold<State, Event> {
  constructor(
    private readonly streamPrefix: string,
    private readonly read: (recorded: EventWithoutMetadata) => Event,
    private readonly evolve: (state: State | null, event: Event) => State,
    private readonly table: StateTable<State>,
  ) {}

  /** Folds the page's events of these streams, and tells what each changed; nothing is stored. */
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

  /** Stores what a page's events led to. */
  async store(steps: readonly Step<State>[], transaction: QueryRunner): Promise<void> {
    if (steps.length > 0) await this.table.write(steps, transaction);
  }

  /** A stream whose first event is on the page has no state yet, so none is looked for. */
  private begunBefore(own: readonly EventWithoutMetadata[]): string[] {
    const ids = new Set(own.map((event) => this.idOf(event)));
    for (const event of own) if (event.revision === 0) ids.delete(this.idOf(event));
    return [...ids];
  }

  private idOf(event: EventWithoutMetadata): string {
    return event.stream.slice(this.streamPrefix.length);
  }
}
