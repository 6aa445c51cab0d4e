/** Longest that a reason may be, in UTF-16 units. */
const LONGEST = 300;

/** What stands before the last @ of an address: a user, and often a password, in which anything may stand. */
const CREDENTIALS = /(\w:\/\/)\S*@/g;

/**
 * Why something failed, as a health check may tell it: one line without a stack, bounded, and without the
 * credentials that a driver may have put into it with an address.
 */
export function toldOutside(failure: unknown): string {
  const line = messageOf(failure)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  return line.replaceAll(CREDENTIALS, '$1…@').slice(0, LONGEST).toWellFormed() || 'no reason given';
}

/** Where several addresses of one name were tried, the error has no message, but a code. */
function messageOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure.message !== '') return failure.message;
  return 'code' in failure ? String(failure.code) : failure.name;
}
