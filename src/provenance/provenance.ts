import type { CommandContext } from '../event-sourcing/command-context.js';
import type { Aggregate } from '../event-sourcing/aggregate.js';
import { StreamCommandHandler } from '../event-sourcing/command-handler.js';
import type { EventStore } from '../event-store/event-store.js';
import { authorise, type Policy } from '../identity/policy.js';
import { PROVENANCE_STREAMS, provenanceEventSchemas, type ProvenanceEvent } from './provenance.events.js';

/** Whether a store holds synthetic cases beside real councils' names, and whether all of them are loaded (design 4). */
export type Provenance = Readonly<{ synthetic: boolean; loaded: boolean }>;

const UNDECLARED: Provenance = { synthetic: false, loaded: false };

/** The provenance after one more event; `null` before the first. */
export function evolve(provenance: Provenance | null, event: ProvenanceEvent): Provenance {
  switch (event.type) {
    case 'SyntheticDataDeclared':
      return { ...(provenance ?? UNDECLARED), synthetic: true };
    case 'SyntheticDataLoaded':
      return { ...(provenance ?? UNDECLARED), loaded: true };
    default:
      return event satisfies never;
  }
}

const aggregate: Aggregate<Provenance, ProvenanceEvent> = {
  streamPrefix: PROVENANCE_STREAMS,
  schemas: provenanceEventSchemas,
  evolve,
};

/** A store has one provenance, so there is one stream. */
const STREAM_ID = 'store';

/** Reads and records the provenance of a store: events of the log, so that no rebuild loses it. */
export class StoreProvenance {
  private readonly handler: StreamCommandHandler<Provenance, ProvenanceEvent>;

  constructor(
    store: EventStore,
    private readonly policy: Policy = authorise,
  ) {
    this.handler = new StreamCommandHandler(store, aggregate);
  }

  async read(): Promise<Provenance> {
    return (await this.handler.load(STREAM_ID)).state ?? UNDECLARED;
  }

  /** Marks the store as synthetic, before the first synthetic case is stored. Done already, it changes nothing. */
  async declareSynthetic(label: string, context: CommandContext): Promise<void> {
    const event: ProvenanceEvent = { type: 'SyntheticDataDeclared', data: { label } };
    this.policy(context.actor, { type: 'DeclareSyntheticData', authorities: 'all' });
    await this.handler.handle(STREAM_ID, event, context, (provenance) =>
      provenance?.synthetic === true ? [] : [event],
    );
  }

  /** Records that all synthetic cases are stored. Done already, it changes nothing. */
  async declareLoaded(cases: number, context: CommandContext): Promise<void> {
    const event: ProvenanceEvent = { type: 'SyntheticDataLoaded', data: { cases } };
    this.policy(context.actor, { type: 'DeclareSyntheticDataLoaded', authorities: 'all' });
    await this.handler.handle(STREAM_ID, event, context, (provenance) =>
      provenance?.loaded === true ? [] : [event],
    );
  }
}
