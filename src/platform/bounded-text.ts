import { z } from 'zod';

// Control characters other than tab and line ends: they would reach letters and terminals.
const CONTROL = /[^\P{Cc}\t\n\r]/u;

/** Free text of 1 to `max` UTF-16 units after trimming, well-formed and without control characters. */
export function boundedText(max: number) {
  return z
    .string()
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must be at most ${max} characters` })
    .refine((text) => text.isWellFormed() && !CONTROL.test(text), {
      error: 'must not contain control characters or broken Unicode',
    });
}
