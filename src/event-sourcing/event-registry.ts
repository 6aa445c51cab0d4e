import type { EventWithoutMetadata } from '../event-store/event-store.js';
import { knownTypes, type EventSchemas } from './event-schema.js';
import { UnknownEvent } from './unreadable-event.js';

/** The streams of one aggregate, and the events that they can hold. */
export type StreamDefinition = Readonly<{ streamPrefix: string; schemas: EventSchemas }>;

/**
 * Creates a check of events against all streams that the slices define. An unknown event is refused by policy, never
 * ignored (design 3). The check does not upcast events of earlier versions; the code that folds them does.
 *
 * @throws UnknownEvent (from the check) for a stream, a type or a version that no definition has.
 */
export function eventRegistry(
  definitions: readonly StreamDefinition[],
): (event: EventWithoutMetadata) => void {
  const checks = definitions.map(({ streamPrefix, schemas }) => ({
    streamPrefix,
    check: knownTypes(schemas),
  }));
  return (event) => {
    const definition = checks.find(({ streamPrefix }) => event.stream.startsWith(streamPrefix));
    if (definition === undefined) throw new UnknownEvent(event);
    definition.check(event);
  };
}
