import { randomUUID } from 'node:crypto';

/**
 * A prefix of streams that no run had before, for a log of its own on a server that keeps what earlier runs and other
 * applications stored. `UPHELD_STREAM_PREFIX`, where it is set, is what all of a run's begin with.
 */
export function freshPrefix(): string {
  return `${process.env['UPHELD_STREAM_PREFIX'] ?? 'upheld-'}${randomUUID().slice(0, 8)}.`;
}
