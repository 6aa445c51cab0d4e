import { types } from 'node:util';

/**
 * A text as one line that is safe in a terminal, a PostgreSQL table and an event: without control characters,
 * well-formed, and at most `maxLength` UTF-16 units long.
 */
export function oneLine(text: string, maxLength: number): string {
  const line = text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maxLength);
  return line.toWellFormed() || 'no reason given';
}

/** The message of an error; its code where there is none, as when all addresses of a host name were tried in vain. */
export function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
