import type { ReadStreamOptions } from '../event-store.js';

/** The options of a read of one stream with their defaults. `from` is Infinity for the last event. */
export type StreamBounds = Readonly<{ from: number; direction: 'forwards' | 'backwards'; limit: number }>;

/** @throws RangeError when a bound is not a whole number from 0. */
export function streamBounds({ from, direction = 'forwards', limit }: ReadStreamOptions): StreamBounds {
  return {
    from: wholeNumber('from', from) ?? (direction === 'forwards' ? 0 : Infinity),
    direction,
    limit: wholeNumber('limit', limit) ?? Infinity,
  };
}

/** @throws RangeError when the value is neither undefined, Infinity nor a whole number from 0. */
export function wholeNumber(name: string, value: number | undefined): number | undefined {
  if (value === undefined || value === Infinity || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw new RangeError(`${name} must be a whole number from 0, not ${value}`);
}
