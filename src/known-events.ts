import { AUTHORITY_STREAMS } from './authorities/authority-register.js';
import { authorityEventSchemas } from './authorities/authority.events.js';
import { COMPLAINT_STREAMS, complaintEventSchemas } from './complaints/complaint.events.js';
import { COMMAND_STREAMS, commandEventSchemas } from './event-sourcing/idempotency-key.js';
import { eventRegistry, type StreamDefinition } from './event-sourcing/event-registry.js';
import { PROJECTION_STREAMS, projectionEventSchemas } from './projections/projection-audit.js';
import { PROVENANCE_STREAMS, provenanceEventSchemas } from './provenance/provenance.js';

/** All that may stand in the log. A new kind of stream is told here, once. */
export const knownStreams: readonly StreamDefinition[] = [
  { streamPrefix: AUTHORITY_STREAMS, schemas: authorityEventSchemas },
  { streamPrefix: COMPLAINT_STREAMS, schemas: complaintEventSchemas },
  { streamPrefix: COMMAND_STREAMS, schemas: commandEventSchemas },
  { streamPrefix: PROJECTION_STREAMS, schemas: projectionEventSchemas },
  { streamPrefix: PROVENANCE_STREAMS, schemas: provenanceEventSchemas },
];

/** Refuses an event that no slice of this program knows. */
export const refuseUnknownEvent = eventRegistry(knownStreams);
