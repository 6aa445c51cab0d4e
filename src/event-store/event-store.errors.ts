import { Conflict, InvalidInput, Unavailable, UpheldError } from '../platform/errors.js';
import type { ExpectedRevision } from './event-store.js';
import type { Position } from './position.js';

/** The stream is not at the revision the appender expected; nothing was stored. */
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

/** An append that no engine may take: empty, an id twice, not JSON, or too large. Nothing was stored. */
export class InvalidAppend extends InvalidInput {
  constructor(message: string) {
    super(message, [], 'invalid-append');
  }
}

/** A stream without events was read. */
export class StreamNotFound extends UpheldError {
  readonly kind = 'not-found';

  constructor(readonly stream: string) {
    super('stream-not-found', `there is no stream ${stream}`);
  }
}

/**
 * The log ends before a place to which it was followed, as it does when it was restored from an older backup: what is
 * stored next stands before that place, and would be passed over.
 */
export class LogShorter extends Unavailable {
  constructor(end: Position, place: Position) {
    const why = 'it was restored from an older backup, or is another log';
    super('log-shorter', `the event log ends at ${end}, before ${place}, where it was followed to: ${why}`);
  }
}
