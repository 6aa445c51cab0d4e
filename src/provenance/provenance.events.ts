import { z } from 'zod';
import type { EventsOf } from '../event-sourcing/event-schema.js';
import { boundedText } from '../platform/bounded-text.js';

/** The store holds synthetic cases beside real councils' names (design 4). */
export const SyntheticDataDeclaredSchema = z.strictObject({ label: boundedText(200) });
/** All synthetic cases are in. */
export const SyntheticDataLoadedSchema = z.strictObject({ cases: z.int().nonnegative() });

/** What can be recorded about the origin of a store's cases, all at version 1. */
export const provenanceEventSchemas = {
  SyntheticDataDeclared: SyntheticDataDeclaredSchema,
  SyntheticDataLoaded: SyntheticDataLoadedSchema,
};

export type ProvenanceEvent = EventsOf<typeof provenanceEventSchemas>;

/** The prefix of the one stream of a store's provenance. */
export const PROVENANCE_STREAMS = 'provenance-';
