import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson, NotPlainJson } from './canonical-json.js';
import { InvalidAppend } from '../event-store.errors.js';
import { EVENT_OVERHEAD_BYTES, MAX_APPEND_BYTES } from '../event-store.js';
import type { EventMetadata, JsonObject, NewEvent, StreamAppend } from '../event-store.js';
import type { ExpectedRevision } from './expected-revision.js';
import { canonicalParts } from './hash-chain.js';
import type { CanonicalEvent } from './hash-chain.js';

/** An event that every engine accepts, already serialized: later changes to the caller's objects have no effect. */
export type ValidatedEvent = Readonly<{
  id: string;
  type: string;
  version: number;
  /** JSON text of the data, as it is to be stored. */
  data: string;
  /** JSON text of the metadata, as it is to be stored. */
  metadata: string;
  canonical: CanonicalEvent;
}>;

/** An append that every engine accepts. */
export type ValidatedAppend = Readonly<{
  stream: string;
  expected: ExpectedRevision;
  events: readonly ValidatedEvent[];
  /** Size as counted against {@link MAX_APPEND_BYTES}. */
  bytes: number;
}>;

/** Lower case, as engines return it (another spelling would break the hash), and not the nil UUID. */
const UUID = /^(?!0{8}-)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const MAX_NAME_LENGTH = 200;
const CONTROL = /\p{Cc}/u;

/** Refuses, before anything is sent, what any engine would not accept. @throws InvalidAppend */
export function validateAppend({ stream, expected, events }: StreamAppend): ValidatedAppend {
  checkName('the name of a stream', stream);
  checkExpected(expected);
  if (events.length === 0) throw new InvalidAppend(`an append to ${stream} has no events`);
  const ids = new Set<string>();
  const validated: ValidatedEvent[] = [];
  let bytes = 0;
  let metadata: SerializedJson<EventMetadata> | undefined;
  for (const event of events) {
    checkIdentity(event);
    if (ids.has(event.id)) throw new InvalidAppend(`event ${event.id} occurs twice in one append`);
    ids.add(event.id);
    const data = serialize('data', event.data, event);
    // The events of one command mostly share one metadata object.
    metadata = metadata?.source === event.metadata ? metadata : serialize('metadata', event.metadata, event);
    bytes += data.bytes + metadata.bytes + EVENT_OVERHEAD_BYTES;
    if (bytes > MAX_APPEND_BYTES) {
      throw new InvalidAppend(`an append to ${stream} is larger than ${MAX_APPEND_BYTES} bytes`);
    }
    validated.push({
      id: event.id,
      type: event.type,
      version: event.version,
      data: data.text,
      metadata: metadata.text,
      canonical: canonicalParts(event, data.canonical, metadata.canonical),
    });
  }
  return { stream, expected, events: validated, bytes };
}

function checkIdentity({ id, type, version }: NewEvent): void {
  if (!UUID.test(id)) {
    throw new InvalidAppend(`the id of an event must be a UUID in lower case, not ${id}`);
  }
  checkName('the type of an event', type);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new InvalidAppend(`event ${id}: the version of its type must be a whole number from 1`);
  }
}

function checkName(what: string, name: string): void {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH || !name.isWellFormed() || CONTROL.test(name)) {
    throw new InvalidAppend(
      `${what} must be 1 to ${MAX_NAME_LENGTH} characters, none of them a control character`,
    );
  }
}

function checkExpected(expected: ExpectedRevision): void {
  const named = expected === 'no-stream' || expected === 'stream-exists' || expected === 'any';
  if (!named && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new InvalidAppend(`not a revision that can be expected: ${String(expected)}`);
  }
}

type SerializedJson<T> = Readonly<{ source: T; text: string; canonical: string; bytes: number }>;

function serialize<T extends JsonObject | EventMetadata>(
  part: string,
  source: T,
  { id, type }: NewEvent,
): SerializedJson<T> {
  try {
    const canonical = canonicalJson(source);
    if (!canonical.startsWith('{')) throw new NotPlainJson('the value is not an object');
    const text = JSON.stringify(source);
    return { source, text, canonical, bytes: Buffer.byteLength(text) };
  } catch (error) {
    if (!(error instanceof NotPlainJson)) throw error;
    throw new InvalidAppend(`${type} ${id}, ${part}: ${error.message}`);
  }
}

/** Appends of a bulk that are validated in one turn of the event loop. */
const SLICE = 50;

/**
 * Validates a bulk, one slice in each turn of the event loop: while one slice is serialized, earlier bulks can be sent.
 * @throws InvalidAppend as {@link validateAppend}, before any is stored.
 */
export async function validateAppends(appends: readonly StreamAppend[]): Promise<ValidatedAppend[]> {
  const validated: ValidatedAppend[] = [];
  for (let next = 0; next < appends.length; next += SLICE) {
    validated.push(...appends.slice(next, next + SLICE).map(validateAppend));
    await nextTurn();
  }
  return validated;
}
