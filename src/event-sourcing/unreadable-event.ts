import { Unavailable } from '../platform/errors.js';
import type { EventWithoutMetadata } from '../event-store/event-store.js';

type Place = Pick<EventWithoutMetadata, 'stream' | 'revision' | 'type' | 'version'>;

/**
 * The log holds an event that this program cannot read. Nothing was stored, and trying again does not help:
 * another release of the program does. For a projection it is the event's own fault, not an outage.
 */
export abstract class UnreadableEvent extends Unavailable {
  override get isTransient(): boolean {
    return false;
  }
}

/** Of a type, or of a version of it, that no part of this program knows: a newer one wrote it. */
export class UnknownEvent extends UnreadableEvent {
  constructor({ type, version, stream, revision }: Place) {
    super('unknown-event', `${stream}@${revision} is a ${type}@${version}, which this version does not know`);
  }
}

/**
 * Of an earlier version, and its data did not become that of a later one. The message is for callers too and
 * quotes nothing of the data; the cause may.
 */
export class UpcastFailed extends UnreadableEvent {
  /** @param to the version that could not be reached. */
  constructor({ type, version, stream, revision }: Place, to: number, why: string, cause: unknown) {
    super(
      'upcast-failed',
      `${stream}@${revision}, a ${type}@${version}, cannot be read as ${type}@${to}: ${why}`,
      {
        cause,
      },
    );
  }
}
