import { types } from 'node:util';

/**
 * A text as one line that a terminal, a table of PostgreSQL and an event can hold: without control characters,
 * well-formed, and at most so many UTF-16 units long.
 */
export function oneLine(text: string, longest: number): string {
  const line = text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, longest);
  return line.toWellFormed() || 'no reason given';
}

/** What an error says; by its code where several addresses of one name were tried, for then it has no message. */
export function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
