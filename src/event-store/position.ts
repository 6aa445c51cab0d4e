import { z } from 'zod';

/**
 * A position in the log. Its value has a meaning for its engine only; but positions of one log can be compared: the
 * event at the greater position was committed later. Outside the process it is a string of digits.
 */
export type Position = bigint & { readonly __brand: 'Position' };

/** The position before the first event. */
export const START = 0n as Position;

const TEXT = /^\d{1,19}$/;
/** The greatest position of any engine. */
const MAX_POSITION = 2n ** 63n - 1n;

/** @throws RangeError when the text is not a position. */
export function position(text: string | bigint): Position {
  if (!isPosition(text)) throw new RangeError(`not a position of the log: ${text}`);
  return BigInt(text) as Position;
}

function isPosition(text: string | bigint): boolean {
  return (typeof text === 'bigint' || TEXT.test(text)) && BigInt(text) <= MAX_POSITION;
}

const NOT_A_POSITION = 'must be a position of the log, a string of digits';

/** The schema of a position as text. */
export const PositionTextSchema = z
  .string()
  .regex(TEXT, { error: NOT_A_POSITION, abort: true })
  .refine(isPosition, { error: NOT_A_POSITION });

/** The schema of a position in tokens and parameters. */
export const PositionSchema = PositionTextSchema.transform((text) => position(text)).meta({
  type: 'string',
  pattern: TEXT.source,
  example: '40217',
});
