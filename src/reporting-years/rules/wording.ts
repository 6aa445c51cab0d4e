import type { CountName, LineWording } from '../reporting-rules.types.js';

/** The average of similar authorities, worded the same in every block. */
export const AVERAGE_LINE: LineWording = {
  role: 'average',
  text: 'This compares to an average of {{average}}% in similar authorities.',
};

/** The sentence that names the base of a rate. Its words keep the plural whatever the number (design 1). */
export function baseLine(count: CountName, words: string): LineWording {
  return {
    role: 'base',
    text: `Statistics are based on a total of {{${count}}} ${words} for the period between {{from}} to {{to}}`,
  };
}
