import { z } from 'zod';
import { PositionTextSchema } from '../../event-store/position.js';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { redactedError } from '../../platform/redacted-error.js';
import type { ProjectionStatus } from './projection-status.js';

/** Most events behind that a health check counts: it is made every few seconds and must be cheap. */
export const MAX_LAG_COUNTED = 1_000;

const instant = z.iso.datetime();

/** The state of a projection or a reactor, without secrets; `upheld projections status` shows the operator more. */
export const ProjectionHealthSchema = z
  .strictObject({
    projection: z.string().describe('Its name.'),
    kind: z
      .enum(['projection', 'reactor'])
      .describe('A projection fills tables from the log; a reactor acts once for each event.'),
    state: z
      .enum(['live', 'stopped', 'rebuilding'])
      .describe(
        'Stopped by an event that cannot be handled; being rebuilt while the present tables serve; or neither.',
      ),
    head: PositionTextSchema.describe('Position of the last event of the log.'),
    checkpoint: PositionTextSchema.describe('Position of the last event that it has handled.'),
    lag: z
      .strictObject({
        events: z.int().min(0).describe('Events that it has not handled yet.'),
        more: z.boolean().describe('Whether there are more than that: counting ends there.'),
        seconds: z.number().min(0).describe("Age of the oldest of them by the database's clock."),
      })
      .describe('How far it is behind.'),
    projected: z.boolean().describe('Whether a process, this one or another, runs it.'),
    lastError: z
      .strictObject({ error: z.string(), at: instant })
      .nullable()
      .describe('What went wrong since the last page that was written.'),
    stoppedBy: z
      .strictObject({
        position: PositionTextSchema,
        stream: z.string(),
        revision: z.int().min(0),
        type: z.string().describe('With the version of its schema.'),
        error: z.string(),
        failedAt: instant,
      })
      .nullable()
      .describe('The event that stopped it.'),
    skipped: z.int().min(0).describe('Events that an operator had left out for ever.'),
    refused: z.string().nullable().describe('Why it refuses the log, or tables of a newer version.'),
    version: z
      .strictObject({
        tables: z.int().min(1).describe('That filled the tables.'),
        program: z.int().min(1).describe('Of this program.'),
      })
      .nullable()
      .describe(
        'Versions of the projection; null for a reactor. Tables of an older one are rebuilt while they serve.',
      ),
  })
  .meta({ description: 'How a read model or a reactor follows the log.' })
  .register(apiSchemas, { id: 'ProjectionHealth' });

/** The state of a projection or a reactor in a health report. */
export type ProjectionHealth = z.infer<typeof ProjectionHealthSchema>;

/** Reduces a status to what a health report shows. */
export function projectionHealth(status: ProjectionStatus): ProjectionHealth {
  const { projection, kind, state, lag, projected, lastError, stoppedBy, skipped, refused, version } = status;
  return {
    projection,
    kind,
    state,
    head: String(status.head),
    checkpoint: String(status.checkpoint),
    lag,
    projected,
    lastError: lastError && { ...lastError, error: redactedError(lastError.error) },
    stoppedBy: stoppedBy && {
      position: String(stoppedBy.position),
      stream: stoppedBy.stream,
      revision: stoppedBy.revision,
      type: stoppedBy.type,
      error: redactedError(stoppedBy.error),
      failedAt: stoppedBy.failedAt,
    },
    skipped: skipped.length,
    refused: refused && redactedError(refused),
    version,
  };
}

/**
 * Why a projection or a reactor makes the application unready; null when it does not. One that an event stopped, or that
 * refuses its log or tables, waits for an operator. One that is behind catches up by itself: answers name their position,
 * and callers can wait for their own writes with `?after=`. It does not matter which process runs it.
 */
export function unreliableReason({ projection, stoppedBy, refused }: ProjectionHealth): string | null {
  if (refused !== null) return refused;
  if (stoppedBy === null) return null;
  return `${projection} is stopped by ${stoppedBy.stream}@${stoppedBy.revision}`;
}
