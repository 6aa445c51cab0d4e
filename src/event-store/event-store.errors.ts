import { reasonOf } from '../platform/one-line.js';
import { Conflict, InvalidInput, Unavailable, UpheldError } from '../platform/errors.js';
import type { ExpectedRevision } from './core/expected-revision.js';
import type { Position } from './position.js';

/** The stream is not at the revision the appender expected. Nothing was stored. */
export class RevisionConflict extends Conflict {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    /** The stream's last revision, `no-stream` when it has none. */
    readonly actual: number | 'no-stream',
  ) {
    super('revision-conflict', `stream ${stream} is at ${actual}, not at ${expected} as expected`);
  }
}

/** An append that no engine accepts: empty, an id twice, not JSON, or too large. Nothing was stored. */
export class InvalidAppend extends InvalidInput {
  constructor(message: string) {
    super(message, [], 'invalid-append');
  }
}

/** The stream that was read has no events. */
export class StreamNotFound extends UpheldError {
  readonly kind = 'not-found';

  constructor(readonly stream: string) {
    super('stream-not-found', `there is no stream ${stream}`);
  }
}

/**
 * The log ends before a position that a reader has reached already. This happens when it was restored from an older
 * backup: the next events get positions that the reader has passed, so it would never see them.
 */
export class LogShorter extends Unavailable {
  constructor(end: Position, reached: Position) {
    const why = 'it was restored from an older backup, or is another log';
    super(
      'log-shorter',
      `the event log ends at ${end}, before ${reached}, which readers have reached: ${why}`,
    );
  }
}

/** The error for any use of a store that is closed. */
export const storeClosed = (): Unavailable =>
  new Unavailable('event-store-closed', 'the event store is closed');

/** The error when the log does not answer, and retries have not helped. */
export function storeUnavailable(cause: unknown): Unavailable {
  const message = `the event log does not answer: ${reasonOf(cause)}`;
  return new Unavailable('event-store-unavailable', message, { cause });
}
