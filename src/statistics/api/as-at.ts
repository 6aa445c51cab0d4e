import { z } from 'zod';
import { PositionSchema, type Position } from '../../event-store/position.js';
import { DomainRefusal } from '../../platform/errors.js';

/** As known when: at a position of the log, or at an instant of the store's clock (design 3). */
export type AsAt = Readonly<{ kind: 'position'; position: Position } | { kind: 'instant'; instant: Date }>;

/** A position is digits alone; an instant is ISO 8601 with its zone, so that no machine's zone decides. */
export const AsAtSchema = z
  .union(
    [
      PositionSchema.transform((position): AsAt => ({ kind: 'position', position })),
      z.iso
        .datetime({ offset: true })
        .transform((text) => new Date(text))
        .refine(isOfOurEra)
        .transform((instant): AsAt => ({ kind: 'instant', instant })),
    ],
    { error: 'must be a position of the log, or an instant such as 2020-07-01T12:00:00Z' },
  )
  .meta({ type: 'string', examples: ['40217', '2020-07-01T12:00:00Z'] });

/** What was asked for lies beyond what the log holds (409, exit 3). */
export class NotReached extends DomainRefusal {
  constructor(asked: string, present: string) {
    super('not-reached-yet', `${asked} is not reached yet: ${present}`);
  }
}

/** Of the years that every engine can write down; a zone may lead out of them. */
function isOfOurEra(instant: Date): boolean {
  return instant.getUTCFullYear() >= 1 && instant.getUTCFullYear() <= 9999;
}
