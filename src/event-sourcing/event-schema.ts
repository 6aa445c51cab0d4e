import { z } from 'zod';
import type { Json, JsonObject, EventWithoutMetadata } from '../event-store/event-store.js';
import {
  currentSchema,
  currentVersion,
  upcastsFrom,
  type EventSchema,
  type CurrentSchema,
} from './upcasting.js';
import { UnknownEvent, UpcastFailed } from './unreadable-event.js';

/** An event of the domain: its type and its data. */
export type DomainEvent = Readonly<{ type: string; data: unknown }>;

/** The schemas of a slice's events by type. */
export type EventSchemas<Type extends string = string> = Readonly<Record<Type, EventSchema>>;

/** The events that schemas describe, each with its data at the present version. */
export type EventsOf<Schemas extends EventSchemas> = {
  [Type in keyof Schemas & string]: Readonly<{
    type: Type;
    data: Readonly<z.infer<CurrentSchema<Schemas[Type]>>>;
  }>;
}[keyof Schemas & string];

/** An event type with its present version. */
type KnownType = Readonly<{ version: number; schema: EventSchema }>;

/**
 * Makes a look-up of a recorded event's type among a slice's. An event of an unknown type, or of a version that its
 * type never had, is refused by policy, never ignored (design 3).
 *
 * @throws UnknownEvent (from the function).
 */
export function knownTypes(schemas: EventSchemas): (recorded: EventWithoutMetadata) => KnownType {
  const types = new Map(
    Object.entries(schemas).map(([type, schema]) => [type, { version: currentVersion(schema), schema }]),
  );
  return (recorded) => {
    const known = types.get(recorded.type);
    const { version } = recorded;
    // Another program may have written the event, with anything for its version.
    if (known === undefined || !Number.isInteger(version) || version < 1 || version > known.version) {
      throw new UnknownEvent(recorded);
    }
    return known;
  };
}

/**
 * Makes a reader of recorded events, which returns each at the present version of its type. Data of that version was
 * validated when it was written, and is not validated again; data of an earlier version is upcast, step by step.
 *
 * @throws UnknownEvent, UpcastFailed (from the function).
 */
export function eventReader<Event extends DomainEvent>(schemas: EventSchemas<Event['type']>) {
  const knownType = knownTypes(schemas);
  return (recorded: EventWithoutMetadata): Event => {
    const { version, schema } = knownType(recorded);
    const data = recorded.version === version ? recorded.data : upcast(recorded, schema);
    return { type: recorded.type, data } as unknown as Event;
  };
}

function upcast(recorded: EventWithoutMetadata, schema: EventSchema): JsonObject {
  let data: unknown = recorded.data;
  for (const { to, upcast } of upcastsFrom(recorded.version, schema)) {
    try {
      data = upcast(data);
    } catch (error) {
      throw new UpcastFailed(recorded, to, faultOf(error), error);
    }
  }
  return withoutUndefined(data as Record<string, Json | undefined>);
}

/** Why an upcast failed: names the invalid field, and quotes nothing of the data. */
function faultOf(error: unknown): string {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  return issue === undefined
    ? 'its upcast failed'
    : `${issue.path.join('.') || 'its data'}: ${issue.message}`;
}

/** An event's type, version and data as the log stores them. Optional fields that are absent are left out, not null. */
export function storedEvent(schemas: EventSchemas, { type, data }: DomainEvent) {
  const schema = schemas[type];
  if (schema === undefined) throw new Error(`no schema for event ${type}`);
  const parsed = currentSchema(schema).parse(data) as Record<string, Json | undefined>;
  return { type, version: currentVersion(schema), data: withoutUndefined(parsed) };
}

function withoutUndefined(data: Record<string, Json | undefined>): JsonObject {
  if (isWithoutUndefined(data)) return data;
  const entries = Object.entries(data).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** Nearly all data has no undefined field, and an import is faster when such data is not copied. */
function isWithoutUndefined(data: Record<string, Json | undefined>): data is Record<string, Json> {
  return !Object.values(data).includes(undefined);
}
