import { setImmediate as turn } from 'node:timers/promises';
import { canonicalJson, NotPlainJson } from './canonical-json.js';
import { InvalidAppend } from '../event-store.errors.js';
import { EVENT_OVERHEAD_BYTES, MAX_APPEND_BYTES } from '../event-store.js';
import type { EventMetadata, ExpectedRevision, JsonObject, NewEvent, StreamAppend } from '../event-store.js';
import { canonicalParts } from './hash-chain.js';
import type { CanonicalEvent } from './hash-chain.js';

/** An event that any engine may take, with its JSON written: what happens to the caller's objects is no matter. */
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

/** An append that any engine may take. */
export type ValidatedAppend = Readonly<{
  stream: string;
  expected: ExpectedRevision;
  events: readonly ValidatedEvent[];
  /** As counted against {@link MAX_APPEND_BYTES}. */
  bytes: number;
}>;

/** Lower-case as engines give it back (another spelling would break the hash), and not the nil UUID. */
const UUID = /^(?!0{8}-)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const MAX_NAME = 200;
const CONTROL = /\p{Cc}/u;

/** Refuses, before anything is sent, what one engine or another would not take. @throws InvalidAppend */
export function validateAppend({ stream, expected, events }: StreamAppend): ValidatedAppend {
  admitName('the name of a stream', stream);
  admitExpected(expected);
  if (events.length === 0) throw new InvalidAppend(`an append of no events to ${stream}`);
  const ids = new Set<string>();
  const admitted: ValidatedEvent[] = [];
  let bytes = 0;
  let metadata: Written<EventMetadata> | undefined;
  for (const event of events) {
    admitHead(event);
    if (ids.has(event.id)) throw new InvalidAppend(`event ${event.id} stands twice in one append`);
    ids.add(event.id);
    const data = write('data', event.data, event);
    // The events of one command mostly share one metadata object.
    metadata = metadata?.of === event.metadata ? metadata : write('metadata', event.metadata, event);
    bytes += data.bytes + metadata.bytes + EVENT_OVERHEAD_BYTES;
    if (bytes > MAX_APPEND_BYTES) {
      throw new InvalidAppend(`an append to ${stream} is larger than ${MAX_APPEND_BYTES} bytes`);
    }
    admitted.push({
      id: event.id,
      type: event.type,
      version: event.version,
      data: data.text,
      metadata: metadata.text,
      canonical: canonicalParts(event, data.canonical, metadata.canonical),
    });
  }
  return { stream, expected, events: admitted, bytes };
}

function admitHead({ id, type, version }: NewEvent): void {
  if (!UUID.test(id)) {
    throw new InvalidAppend(`the id of an event must be a UUID in lower case, not ${id}`);
  }
  admitName('the type of an event', type);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new InvalidAppend(`event ${id}: the version of its type must be a whole number from 1`);
  }
}

function admitName(what: string, name: string): void {
  if (name.length === 0 || name.length > MAX_NAME || !name.isWellFormed() || CONTROL.test(name)) {
    throw new InvalidAppend(`${what} must be 1 to ${MAX_NAME} characters, none of them a control character`);
  }
}

function admitExpected(expected: ExpectedRevision): void {
  const named = expected === 'no-stream' || expected === 'stream-exists' || expected === 'any';
  if (!named && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new InvalidAppend(`not a revision that can be expected: ${String(expected)}`);
  }
}

type Written<T> = Readonly<{ of: T; text: string; canonical: string; bytes: number }>;

function write<T extends JsonObject | EventMetadata>(
  part: string,
  of: T,
  { id, type }: NewEvent,
): Written<T> {
  try {
    const canonical = canonicalJson(of);
    if (!canonical.startsWith('{')) throw new NotPlainJson('the value is not an object');
    const text = JSON.stringify(of);
    return { of, text, canonical, bytes: Buffer.byteLength(text) };
  } catch (error) {
    if (!(error instanceof NotPlainJson)) throw error;
    throw new InvalidAppend(`${type} ${id}, ${part}: ${error.message}`);
  }
}

/** Appends of a bulk that are admitted in one turn of the event loop. */
const SLICE = 50;

/**
 * Admits a bulk, a slice a turn: while one page is written as JSON, the one before it can be on its way.
 * @throws InvalidAppend as {@link validateAppend}, before any is stored.
 */
export async function validateAppends(appends: readonly StreamAppend[]): Promise<ValidatedAppend[]> {
  const admitted: ValidatedAppend[] = [];
  for (let next = 0; next < appends.length; next += SLICE) {
    admitted.push(...appends.slice(next, next + SLICE).map(validateAppend));
    await turn();
  }
  return admitted;
}
