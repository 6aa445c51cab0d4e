import type { Slice } from '../projections/slice.js';
import { PROVENANCE_STREAMS, provenanceEventSchemas } from './provenance.js';

/** Whether the store holds synthetic data. */
export const provenance: Slice = {
  name: 'provenance',
  streams: [{ streamPrefix: PROVENANCE_STREAMS, schemas: provenanceEventSchemas }],
};
