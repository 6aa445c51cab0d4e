import { z } from 'zod';
import { PositionSchema, type Position } from '../event-store/position.js';
import { DomainRefusal } from '../platform/errors.js';

/** The moment as at which statistics are asked for: a position of the log, or an instant of the store's clock (design 3). */
export type AsAt = Readonly<{ kind: 'position'; position: Position } | { kind: 'instant'; instant: Date }>;

/** A position is all digits. An instant is ISO 8601 with its zone, so that no machine's zone decides. */
export const AsAtSchema = z
  .union(
    [
      PositionSchema.transform((position): AsAt => ({ kind: 'position', position })),
      z.iso
        .datetime({ offset: true })
        .transform((text) => new Date(text))
        .refine(hasFourDigitYear)
        .transform((instant): AsAt => ({ kind: 'instant', instant })),
    ],
    { error: 'must be a position of the log, or an instant such as 2020-07-01T12:00:00Z' },
  )
  .meta({ type: 'string', examples: ['40217', '2020-07-01T12:00:00Z'] });

/** Refuses a position or an instant that the log has not reached (409, exit 3). */
export class NotReached extends DomainRefusal {
  constructor(moment: string, limit: string) {
    super('not-reached-yet', `${moment} is not reached yet: ${limit}`);
  }
}

/** Years that every engine can write. The zone of an instant may lead out of them. */
function hasFourDigitYear(instant: Date): boolean {
  return instant.getUTCFullYear() >= 1 && instant.getUTCFullYear() <= 9999;
}
