import { authorities } from './authorities/authorities.slice.js';
import { complaints } from './complaints/complaints.slice.js';
import { COMMAND_STREAMS, commandEventSchemas } from './event-sourcing/idempotency-key.js';
import {
  CreateEventLog1795219200000,
  CreateLogIdentity1795219200400,
} from './event-store/postgres/event-log.migration.js';
import { health } from './health/health.slice.js';
import { projections } from './projections/projections.slice.js';
import type { Slice } from './projections/slice.js';
import { provenance } from './provenance/provenance.slice.js';
import { statistics } from './statistics/statistics.slice.js';

/** The event log in PostgreSQL, and the idempotency keys that commands claim in it. */
const eventLog: Slice = {
  name: 'event-log',
  streams: [{ streamPrefix: COMMAND_STREAMS, schemas: commandEventSchemas }],
  migrations: [CreateEventLog1795219200000, CreateLogIdentity1795219200400],
};

/** Every part of the application. A new one is named here and nowhere else. */
export const SLICES: readonly Slice[] = [
  eventLog,
  projections,
  provenance,
  authorities,
  complaints,
  statistics,
  health,
];

/** Every kind of stream that the log can have. */
export const STREAMS = SLICES.flatMap(({ streams = [] }) => streams);
