import { z } from 'zod';

/**
 * A place in the log. Opaque to all but its engine, except that positions of one log compare: the greater
 * was committed later. Outside the process it is a string of digits.
 */
export type Position = bigint & { readonly __brand: 'Position' };

/** Before the first event. */
export const START = 0n as Position;

/** @throws RangeError when the text is not a position. */
export function position(text: string | bigint): Position {
  if (typeof text === 'string' && !/^\d{1,19}$/.test(text)) {
    throw new RangeError(`not a position of the log: ${text}`);
  }
  return BigInt(text) as Position;
}

/** The schema of a position in tokens and parameters. */
export const PositionSchema = z
  .string()
  .regex(/^\d{1,19}$/, { error: 'must be a position of the log, a string of digits' })
  .transform((text) => position(text))
  .meta({ type: 'string', pattern: String.raw`^\d{1,19}$`, example: '40217' });
