import { z } from 'zod';
import { LOG_ENGINES } from '../event-store/open-event-store.js';
import { apiSchemas } from '../platform/http/api-schemas.js';
import { ProblemSchema } from '../platform/http/problem.js';
import { ProjectionHealthSchema } from '../projections/status/projection-health.js';

/** What `/health/live` answers. */
export const LivenessSchema = z
  .strictObject({ live: z.literal(true) })
  .meta({ description: 'The process answers.', examples: [{ live: true }] })
  .register(apiSchemas, { id: 'Liveness' });

const component = {
  status: z.enum(['up', 'down']),
  reason: z.string().nullable().describe('Why it is down; null where it is up.'),
};

const health = {
  database: z.strictObject(component).describe('The PostgreSQL of the read models.'),
  log: z.strictObject({
    engine: z.enum(LOG_ENGINES).describe('The engine that keeps the log.'),
    ...component,
  }),
  projections: z
    .array(ProjectionHealthSchema)
    .readonly()
    .nullable()
    .describe('Every read model and reactor; null where the database or the log does not answer.'),
};

/** The health of each component. */
export type Health = z.infer<z.ZodObject<typeof health>>;

const EXAMPLE: Health = {
  database: { status: 'up', reason: null },
  log: { engine: 'eventstoredb', status: 'up', reason: null },
  projections: [
    {
      projection: 'statistics',
      kind: 'projection',
      state: 'live',
      head: '40218',
      checkpoint: '40218',
      lag: { events: 0, more: false, seconds: 0 },
      projected: true,
      lastError: null,
      stoppedBy: null,
      skipped: 0,
      refused: null,
      version: { tables: 1, program: 1 },
    },
  ],
};

/** What `/health/ready` answers where the application can do its work. */
export const ReadinessSchema = z
  .strictObject({ ready: z.literal(true), ...health })
  .meta({ description: 'The application can do its work.', examples: [{ ready: true, ...EXAMPLE }] })
  .register(apiSchemas, { id: 'Readiness' });

/** What `/health/ready` answers where it cannot. */
export const NotReadySchema = ProblemSchema.extend({ ready: z.literal(false), ...health })
  .meta({ description: 'A problem (RFC 9457), with the health of each component.' })
  .register(apiSchemas, { id: 'NotReady' });

/** The health of an application that is not ready, as an example for its documentation. */
export const NOT_READY_EXAMPLE: Health = {
  ...EXAMPLE,
  log: { engine: 'eventstoredb', status: 'down', reason: 'no answer within 2 s' },
  projections: null,
};
