import type { z } from 'zod';
import { Unavailable } from '../platform/refusal.js';
import type { Json, JsonObject, RecordedEvent } from './event-store.js';

/** An event as the domain speaks of it: its type and data, typed. */
export type DomainEvent = Readonly<{ type: string; data: unknown }>;

/** The schemas of a slice's events by type; all stand at version 1 until a type changes. */
export type EventSchemas<Type extends string = string> = Readonly<Record<Type, z.ZodType>>;

/** The events that schemas describe, each with its own data. */
export type EventsOf<Schemas extends EventSchemas> = {
  [Type in keyof Schemas & string]: Readonly<{ type: Type; data: Readonly<z.infer<Schemas[Type]>> }>;
}[keyof Schemas & string];

export const CURRENT_VERSION = 1;

/**
 * Reads recorded events back as a slice's own. Data was validated when it was written and is not again; a
 * type or version this program does not know is refused, never ignored.
 */
export function eventReader<Event extends DomainEvent>(schemas: EventSchemas<Event['type']>) {
  return (recorded: RecordedEvent): Event => {
    if (!(recorded.type in schemas) || recorded.version !== CURRENT_VERSION) {
      throw new UnknownEvent(recorded);
    }
    return { type: recorded.type, data: recorded.data } as unknown as Event;
  };
}

/** Domain data as the log stores it: optional fields that are absent are left out, not null. */
export function storedData(schemas: EventSchemas, event: DomainEvent): JsonObject {
  const schema = schemas[event.type];
  if (schema === undefined) throw new Error(`no schema for event ${event.type}`);
  return withoutUndefined(schema.parse(event.data) as Record<string, Json | undefined>);
}

function withoutUndefined(data: Record<string, Json | undefined>): JsonObject {
  if (isWhole(data)) return data;
  const entries = Object.entries(data).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** Nearly all data is, and an import is faster where it is not copied. */
function isWhole(data: Record<string, Json | undefined>): data is Record<string, Json> {
  return !Object.values(data).includes(undefined);
}

/** The log holds an event that this version of the program does not know; it needs a newer one. */
export class UnknownEvent extends Unavailable {
  constructor({ type, version, stream, revision }: RecordedEvent) {
    super('unknown-event', `${stream}@${revision} is a ${type}@${version}, which this version does not know`);
  }
}
