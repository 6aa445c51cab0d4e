import { z } from 'zod';

/**
 * A place in the log. Opaque to all but its engine, except that positions of one log compare: the greater
 * was committed later. Outside the process it is a string of digits.
 */
export type Position = bigint & { readonly __brand: 'Position' };

/** Before the first event. */
export const START = 0n as Position;

const TEXT = /^\d{1,19}$/;

/** @throws RangeError when the text is not a position. */
export function position(text: string | bigint): Position {
  if (typeof text === 'string' && !TEXT.test(text)) {
    throw new RangeError(`not a position of the log: ${text}`);
  }
  return BigInt(text) as Position;
}

/** The schema of a position as text. */
export const PositionTextSchema = z
  .string()
  .regex(TEXT, { error: 'must be a position of the log, a string of digits' });

/** The schema of a position in tokens and parameters. */
export const PositionSchema = PositionTextSchema.transform((text) => position(text)).meta({
  type: 'string',
  pattern: TEXT.source,
  example: '40217',
});
