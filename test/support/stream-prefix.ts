import { randomUUID } from 'node:crypto';

/** Number of random characters at the end of a prefix, including its dot. */
const RANDOM_CHARACTERS = 8;

/** The longest prefix that the application accepts in UPHELD_STREAM_PREFIX, in characters. */
export const LONGEST_CONFIGURED = 40;

/**
 * A new prefix of streams, for a separate log on a server that keeps the streams of earlier runs and of other
 * applications. All prefixes of a run begin with `UPHELD_STREAM_PREFIX`, if it is set, cut to the room there is.
 */
export function freshPrefix(longest = LONGEST_CONFIGURED + RANDOM_CHARACTERS): string {
  const begin = (process.env['UPHELD_STREAM_PREFIX'] ?? 'upheld-').slice(0, longest - RANDOM_CHARACTERS);
  return `${begin}${randomUUID()
    .replaceAll('-', '')
    .slice(0, RANDOM_CHARACTERS - 1)}.`;
}
