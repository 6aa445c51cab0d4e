import { Unavailable } from '../platform/errors.js';
import type { EventWithoutMetadata } from '../event-store/event-store.js';

type Place = Pick<EventWithoutMetadata, 'stream' | 'revision' | 'type' | 'version'>;

/**
 * The log holds an event that this program cannot read. Nothing was stored. Trying again does not help; another release
 * of the program may. A projection treats it as a poison event, not as an outage.
 */
export abstract class UnreadableEvent extends Unavailable {
  override get isTransient(): boolean {
    return false;
  }
}

/** An event of a type or version that no part of this program knows, such as one that a newer release wrote. */
export class UnknownEvent extends UnreadableEvent {
  constructor({ type, version, stream, revision }: Place) {
    super('unknown-event', `${stream}@${revision} is a ${type}@${version}, which this version does not know`);
  }
}

/**
 * An event of an earlier version whose upcast failed. The message goes to callers and quotes nothing of the data; the
 * cause may.
 */
export class UpcastFailed extends UnreadableEvent {
  /** @param to the version to which the data could not be upcast. */
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
