import { randomUUID } from 'node:crypto';

/** Characters that make a prefix one of its own, and the dot behind them. */
const FRESH = 8;

/** As many as the application takes from its environment. */
export const LONGEST_CONFIGURED = 40;

/**
 * A prefix of streams that no run had before, for a log of its own on a server that keeps what earlier runs and other
 * applications stored. `UPHELD_STREAM_PREFIX`, where it is set, is what all of a run's begin with; with so much of it
 * as there is room for.
 */
export function freshPrefix(longest = LONGEST_CONFIGURED + FRESH): string {
  const begin = (process.env['UPHELD_STREAM_PREFIX'] ?? 'upheld-').slice(0, longest - FRESH);
  return `${begin}${randomUUID()
    .replaceAll('-', '')
    .slice(0, FRESH - 1)}.`;
}
