import { z } from 'zod';
import type { EventsOf } from '../event-sourcing/event-schema.js';
import type { CommandContext } from '../event-sourcing/command-context.js';
import type { EventStore } from '../event-store/event-store.js';
import { StreamCommandHandler, type Aggregate } from '../event-sourcing/command-handler.js';
import { boundedText } from '../platform/bounded-text.js';

export const SyntheticDataDeclaredSchema = z.strictObject({ label: boundedText(200) });
export const SyntheticDataLoadedSchema = z.strictObject({ cases: z.int().nonnegative() });

/** What can be said of where a store's content comes from, all at version 1. */
export const provenanceEventSchemas = {
  SyntheticDataDeclared: SyntheticDataDeclaredSchema,
  SyntheticDataLoaded: SyntheticDataLoadedSchema,
};

export type ProvenanceEvent = EventsOf<typeof provenanceEventSchemas>;

/** Whether real names stand beside invented figures in this store, and whether all of them are loaded (design 4). */
export type Provenance = Readonly<{ synthetic: boolean; loaded: boolean }>;

const REAL: Provenance = { synthetic: false, loaded: false };

/** What is known of the store after one more event; `null` before the first. */
export function evolve(provenance: Provenance | null, event: ProvenanceEvent): Provenance {
  switch (event.type) {
    case 'SyntheticDataDeclared':
      return { ...(provenance ?? REAL), synthetic: true };
    case 'SyntheticDataLoaded':
      return { ...(provenance ?? REAL), loaded: true };
    default:
      return event satisfies never;
  }
}

export const PROVENANCE_STREAMS = 'provenance-';

const aggregate: Aggregate<Provenance, ProvenanceEvent> = {
  streamPrefix: PROVENANCE_STREAMS,
  schemas: provenanceEventSchemas,
  evolve,
};

/** There is one provenance for a store, so one stream. */
const STORE = 'store';

/** Reads and states where a store's content comes from; an event like any other, so it cannot be lost. */
export class StoreProvenance {
  private readonly writer: StreamCommandHandler<Provenance, ProvenanceEvent>;

  constructor(store: EventStore) {
    this.writer = new StreamCommandHandler(store, aggregate);
  }

  async read(): Promise<Provenance> {
    return (await this.writer.load(STORE)).state ?? REAL;
  }

  /** Marks the store synthetic, before the first invented case goes in. */
  async declareSynthetic(label: string, envelope: CommandContext): Promise<void> {
    const event: ProvenanceEvent = { type: 'SyntheticDataDeclared', data: { label } };
    await this.writer.handle(STORE, event, envelope, (now) => (now?.synthetic === true ? [] : [event]));
  }

  /** States that all invented cases are in. */
  async declareLoaded(cases: number, envelope: CommandContext): Promise<void> {
    const event: ProvenanceEvent = { type: 'SyntheticDataLoaded', data: { cases } };
    await this.writer.handle(STORE, event, envelope, (now) => (now?.loaded === true ? [] : [event]));
  }
}
