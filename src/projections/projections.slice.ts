import type { Slice } from './slice.js';
import { PROJECTION_STREAMS, projectionEventSchemas } from './projection-audit.js';
import {
  AddProjectionStatus1795219200300,
  AddProjectionVersion1795219200600,
  CreateProjections1795219200100,
} from './projections.migration.js';

/** Checkpoints and dead letters of all projections and reactors, and the audit of what was skipped and resumed. */
export const projections: Slice = {
  name: 'projections',
  streams: [{ streamPrefix: PROJECTION_STREAMS, schemas: projectionEventSchemas }],
  migrations: [
    CreateProjections1795219200100,
    AddProjectionStatus1795219200300,
    AddProjectionVersion1795219200600,
  ],
};
