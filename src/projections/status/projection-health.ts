import { z } from 'zod';
import { PositionTextSchema } from '../../event-store/position.js';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { redactedError } from '../../platform/redacted-error.js';
import type { ProjectionStatus } from './projection-status.js';

/** Events behind that a health check counts at most: it is made every few seconds and may not cost much. */
export const MAX_LAG_COUNTED = 1_000;

const instant = z.iso.datetime();

/** How a projection is, to whoever may ask; `upheld projections status` tells the operator more. */
export const ProjectionHealthSchema = z
  .strictObject({
    projection: z.string(),
    state: z
      .enum(['live', 'stopped', 'rebuilding'])
      .describe('Stopped by an event that cannot be folded; being rebuilt while it goes on; or neither.'),
    head: PositionTextSchema.describe('Position of the last event of the log.'),
    checkpoint: PositionTextSchema.describe('Position of the last event that the projection holds.'),
    lag: z
      .strictObject({
        events: z.int().min(0).describe('Events not projected yet.'),
        more: z.boolean().describe('Whether there are more than that; counting ends there.'),
        seconds: z.number().min(0).describe("Age of the oldest of them by the database's clock."),
      })
      .describe('How far it is behind.'),
    projected: z.boolean().describe('Whether a process, this one or another, projects.'),
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
    skipped: z.int().min(0).describe('Events left out for ever, each by an audited act.'),
    refused: z.string().nullable().describe('Why it refuses the log it is given.'),
  })
  .meta({ description: 'How a read model follows the log.' })
  .register(apiSchemas, { id: 'ProjectionHealth' });

/** How a projection is, as a health check tells it. */
export type ProjectionHealth = z.infer<typeof ProjectionHealthSchema>;

/** A status as a health check tells it. */
export function projectionHealth(status: ProjectionStatus): ProjectionHealth {
  const { projection, state, lag, projected, lastError, stoppedBy, skipped, refused } = status;
  return {
    projection,
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
  };
}

/**
 * Why a projection cannot be relied upon, null when it can. One that an event stopped, or that refuses its log,
 * stands still until someone acts. One that is behind does not: it catches up by itself, its answers say which
 * position they are of, and whoever needs their own write asks for it with `?after=`. Nor does it matter which
 * process projects.
 */
export function unreliableReason({ projection, stoppedBy, refused }: ProjectionHealth): string | null {
  if (refused !== null) return refused;
  if (stoppedBy === null) return null;
  return `${projection} is stopped by ${stoppedBy.stream}@${stoppedBy.revision}`;
}
