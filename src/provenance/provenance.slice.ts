import type { Slice } from '../projections/slice.js';
import { PROVENANCE_STREAMS, provenanceEventSchemas } from './provenance.events.js';

/** Whether the store holds synthetic cases. */
export const provenance: Slice = {
  name: 'provenance',
  streams: [{ streamPrefix: PROVENANCE_STREAMS, schemas: provenanceEventSchemas }],
};
