import type { EventWithoutMetadata } from '../event-store/event-store.js';
import { knownTypes, type EventSchemas } from './event-schema.js';
import { UnknownEvent } from './unreadable-event.js';

/** The streams of one aggregate, and the events that can stand in them. */
export type StreamDefinition = Readonly<{ streamPrefix: string; schemas: EventSchemas }>;

/**
 * All that may stand in the log, from what each slice says of its own streams. The function it makes refuses
 * anything else: an unknown event is refused by policy, never ignored (design 3). It does not upcast: whoever
 * folds an event of an earlier version does, and finds what cannot be.
 *
 * @throws UnknownEvent (from the function) for a stream, a type or a version that none of the kinds knows.
 */
export function eventRegistry(kinds: readonly StreamDefinition[]): (event: EventWithoutMetadata) => void {
  const checks = kinds.map(({ streamPrefix, schemas }) => ({ streamPrefix, check: knownTypes(schemas) }));
  return (event) => {
    const kind = checks.find(({ streamPrefix }) => event.stream.startsWith(streamPrefix));
    if (kind === undefined) throw new UnknownEvent(event);
    kind.check(event);
  };
}
