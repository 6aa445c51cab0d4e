import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { ValidatedEvent } from '../core/append-validation.js';
import type { EventWithoutMetadata, EventMetadata, JsonObject, RecordedEvent } from '../event-store.js';
import type { ChainedEvent } from '../core/hash-chain.js';
import { position } from '../position.js';

/** The name within an event's metadata under which this engine keeps what EventStoreDB has no field for. */
const ENGINE_FIELD = 'upheld';
type EngineMetadata = Readonly<{ version: number; hash: string }>;

/** An event as sent to EventStoreDB, with JSON in UTF-8. */
export type WireEvent = Readonly<{ id: string; type: string; data: Uint8Array; metadata: Uint8Array }>;

/** The event as sent to EventStoreDB. */
export function toWireEvent({ event, hash }: ChainedEvent<ValidatedEvent>): WireEvent {
  const { id, type, version, data, metadata } = event;
  const own: EngineMetadata = { version, hash };
  const separator = metadata === '{}' ? '' : ',';
  const withOwn = `${metadata.slice(0, -1)}${separator}"${ENGINE_FIELD}":${JSON.stringify(own)}}`;
  return { id, type, data: Buffer.from(data), metadata: Buffer.from(withOwn) };
}

/** An event as the client returns it. */
export type ClientEvent = ResolvedEvent | AllStreamResolvedEvent;

/**
 * The event of the log. Undefined for one that is not of the log: of another stream, or of the system (a tombstone).
 * One that other software wrote into a stream of the log has no hash, and version 0, which no schema has.
 */
export function toRecordedEvent(resolved: ClientEvent, prefix: string): RecordedEvent | undefined {
  const event = toEventWithoutMetadata(resolved, prefix);
  if (event === undefined) return undefined;
  const { [ENGINE_FIELD]: _, ...metadata } = asObject(resolved.event?.metadata) as EventMetadata & {
    [ENGINE_FIELD]?: EngineMetadata;
  };
  return { ...event, metadata };
}

/** As {@link toRecordedEvent}, without metadata. */
export function toEventWithoutMetadata(
  { event }: ClientEvent,
  prefix: string,
): EventWithoutMetadata | undefined {
  if (event?.position === undefined || !event.streamId.startsWith(prefix) || isSystemType(event.type)) {
    return undefined;
  }
  const { [ENGINE_FIELD]: own } = asObject(event.metadata) as { [ENGINE_FIELD]?: EngineMetadata };
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

/** Whether an event type is reserved for the server. */
export const isSystemType = (type: string): boolean => type.startsWith('$');

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? value : {};
}
