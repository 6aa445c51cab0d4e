import { oneLine, reasonOf } from './one-line.js';

/** In UTF-16 units. */
const MAX_LENGTH = 300;

/** All before the last @ of an address: a user, and often a password, which may hold any character. */
const CREDENTIALS = /(\w:\/\/)\S*@/g;

/**
 * Why something failed, in a form that a health check may publish: one short line without a stack and without
 * credentials, which drivers may quote as part of an address.
 */
export function redactedError(failure: unknown): string {
  return oneLine(reasonOf(failure).replaceAll(CREDENTIALS, '$1…@'), MAX_LENGTH);
}
