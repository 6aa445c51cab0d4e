import type { RecordedEvent } from './event-store.js';
import { eventReader, UnknownEvent, type EventSchemas } from './event-type.js';

/** The streams of one aggregate, and the events that can stand in them. */
export type StreamKind = Readonly<{ streamPrefix: string; schemas: EventSchemas }>;

/**
 * All that may stand in the log, from what each slice says of its own streams. The function it makes refuses
 * anything else: an unknown event is refused by policy, never ignored (design 3).
 *
 * @throws UnknownEvent (from the function) for a stream, a type or a version that none of the kinds knows.
 */
export function eventCatalogue(kinds: readonly StreamKind[]): (event: RecordedEvent) => void {
  const readers = kinds.map(({ streamPrefix, schemas }) => ({ streamPrefix, read: eventReader(schemas) }));
  return (event) => {
    const kind = readers.find(({ streamPrefix }) => event.stream.startsWith(streamPrefix));
    if (kind === undefined) throw new UnknownEvent(event);
    kind.read(event);
  };
}
