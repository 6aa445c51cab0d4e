import { oneLine, reasonOf } from './one-line.js';

/** Longest that a reason may be, in UTF-16 units. */
const LONGEST = 300;

/** What stands before the last @ of an address: a user, and often a password, in which anything may stand. */
const CREDENTIALS = /(\w:\/\/)\S*@/g;

/**
 * Why something failed, as a health check may tell it: one line without a stack, bounded, and without the
 * credentials that a driver may have put into it with an address.
 */
export function redactedError(failure: unknown): string {
  return oneLine(reasonOf(failure).replaceAll(CREDENTIALS, '$1…@'), LONGEST);
}
