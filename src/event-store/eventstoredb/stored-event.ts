import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { ValidatedEvent } from '../core/append-validation.js';
import type { EventWithoutMetadata, EventMetadata, JsonObject, RecordedEvent } from '../event-store.js';
import type { ChainedEvent } from '../core/hash-chain.js';
import { position } from '../position.js';

/** What the engine itself keeps with an event, within its metadata under this name. */
const OWN = 'upheld';
type Own = Readonly<{ version: number; hash: string }>;

/** An event as EventStoreDB takes it; JSON as UTF-8. */
export type WireEvent = Readonly<{ id: string; type: string; data: Uint8Array; metadata: Uint8Array }>;

export function toWireEvent({ event, hash }: ChainedEvent<ValidatedEvent>): WireEvent {
  const { id, type, version, data, metadata } = event;
  const own: Own = { version, hash };
  const separator = metadata === '{}' ? '' : ',';
  const withOwn = `${metadata.slice(0, -1)}${separator}"${OWN}":${JSON.stringify(own)}}`;
  return { id, type, data: Buffer.from(data), metadata: Buffer.from(withOwn) };
}

/** An event as the client reads it. */
export type ClientEvent = ResolvedEvent | AllStreamResolvedEvent;

/**
 * An event as read by the client; undefined for one that is not of the log: of another stream, or of the system
 * (a tombstone). One of a stream of the log that this engine did not write has version 0, which no reader knows,
 * and no hash.
 */
export function toRecordedEvent(resolved: ClientEvent, prefix: string): RecordedEvent | undefined {
  const event = toEventWithoutMetadata(resolved, prefix);
  if (event === undefined) return undefined;
  const { [OWN]: _, ...metadata } = asObject(resolved.event?.metadata) as EventMetadata & { [OWN]?: Own };
  return { ...event, metadata };
}

/** The same but for its metadata. */
export function toEventWithoutMetadata(
  { event }: ClientEvent,
  prefix: string,
): EventWithoutMetadata | undefined {
  if (event?.position === undefined || !event.streamId.startsWith(prefix) || isSystemType(event.type)) {
    return undefined;
  }
  const { [OWN]: own } = asObject(event.metadata) as { [OWN]?: Own };
  return {
    id: event.id,
    type: event.type,
    version: own?.version ?? 0,
    data: asObject(event.data) as JsonObject,
    stream: event.streamId.slice(prefix.length),
    revision: Number(event.revision),
    position: position(event.position.commit),
    storedAt: event.created.toISOString(),
    hash: own?.hash ?? '',
  };
}

/** Types that begin so are the server's own. */
export const isSystemType = (type: string): boolean => type.startsWith('$');

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? value : {};
}
