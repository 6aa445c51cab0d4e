import { AUTHORITY_STREAMS } from './authorities/authority-register.js';
import { authorityEventSchemas } from './authorities/authority.events.js';
import { COMPLAINT_STREAMS, complaintEventSchemas } from './complaints/complaint.events.js';
import { COMMAND_STREAMS, commandEventSchemas } from './event-store/command-claim.js';
import { eventCatalogue, type StreamKind } from './event-store/event-catalogue.js';
import { PROJECTION_STREAMS, projectionEventSchemas } from './projections/skips.js';
import { PROVENANCE_STREAMS, provenanceEventSchemas } from './provenance/provenance.js';

/** All that may stand in the log. A new kind of stream is told here, once. */
export const knownStreams: readonly StreamKind[] = [
  { streamPrefix: AUTHORITY_STREAMS, schemas: authorityEventSchemas },
  { streamPrefix: COMPLAINT_STREAMS, schemas: complaintEventSchemas },
  { streamPrefix: COMMAND_STREAMS, schemas: commandEventSchemas },
  { streamPrefix: PROJECTION_STREAMS, schemas: projectionEventSchemas },
  { streamPrefix: PROVENANCE_STREAMS, schemas: provenanceEventSchemas },
];

/** Refuses an event that no slice of this program knows. */
export const refuseUnknownEvent = eventCatalogue(knownStreams);
