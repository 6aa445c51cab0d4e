import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { complaintAnswer } from '../../src/complaints/complaint.answers.js';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { complaintAggregate } from '../../src/complaints/complaint.command-handler.js';
import { COMPLAINT_STREAMS } from '../../src/complaints/complaint.events.js';
import type { JsonObject, RecordedEvent } from '../../src/event-store/event-store.js';
import { eventReader } from '../../src/event-sourcing/event-schema.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { position } from '../../src/event-store/position.js';
import { AggregateReader } from '../../src/event-sourcing/aggregate.js';
import { STREAMS } from '../../src/slices.js';
import { ignoreErrors } from '../../src/platform/system-error.js';
import { recordGoldenLog } from './golden-log.js';
import { GoldenStore } from './golden-store.js';

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** An event as read from the log, with the hash of the previous event in its stream. */
const StoredSchema = z.strictObject({
  stream: z.string(),
  revision: z.int().min(0),
  type: z.string(),
  version: z.int().min(1),
  id: z.uuid(),
  data: json,
  metadata: z.custom<RecordedEvent['metadata']>((value) => json.safeParse(value).success),
  previous: z.string().nullable(),
  hash: z.string(),
});

/** `events/TYPE@VERSION.json`: a stored event of that version, and its data at the present version. */
export const GoldenEventSchema = z.strictObject({ stored: StoredSchema, reads: json });

/** `cases/REFERENCE.json`: a stored case, the state it folds to, and the API's answer. */
export const GoldenCaseSchema = z.strictObject({
  stored: z.array(StoredSchema),
  state: json,
  answer: json,
});

export type Stored = z.infer<typeof StoredSchema>;
export type GoldenEvent = z.infer<typeof GoldenEventSchema>;
export type GoldenCase = z.infer<typeof GoldenCaseSchema>;

/** The folder of the golden files in the repository. */
export const GOLDEN = import.meta.dirname;

/** The golden files of a folder by name, without `.json`. */
export async function goldenFiles<File>(folder: string, schema: z.ZodType<File>): Promise<[string, File][]> {
  const names = (await readdir(folder)).toSorted();
  return Promise.all(
    names.map(async (name): Promise<[string, File]> => {
      const content: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
      return [name.replace(/\.json$/, ''), schema.parse(content)];
    }),
  );
}

/** The event as a log returns it. Golden files hold neither its position nor the time it was stored. */
export function recorded({ previous: _previous, ...event }: Stored): RecordedEvent {
  return { ...event, position: position(BigInt(event.revision + 1)), storedAt: '2026-04-01T09:00:00.000Z' };
}

/**
 * Adds the missing golden files from a log that the program records now. It never overwrites a file: a file holds what
 * an earlier version of the program stored.
 *
 * @returns the files added.
 */
export async function addGoldenFiles(folder: string): Promise<string[]> {
  const store = new GoldenStore(() => Date.parse('2026-04-01T09:00:00.000Z'));
  await recordGoldenLog(store);
  const files = new Map<string, GoldenEvent | GoldenCase>();
  const heads = new Map<string, string>();
  const cases = new Map<string, Stored[]>();
  for await (const event of store.readAll()) {
    const { stream, revision, type, version, id, data, metadata, hash } = event;
    const previous = heads.get(stream) ?? null;
    const stored: Stored = { stream, revision, type, version, id, data, metadata, previous, hash };
    heads.set(stream, hash);
    const name = join('events', `${type}@${version}.json`);
    if (!files.has(name)) files.set(name, { stored, reads: presentData(event) });
    if (stream.startsWith(COMPLAINT_STREAMS)) cases.set(stream, [...(cases.get(stream) ?? []), stored]);
  }
  for (const [stream, stored] of cases) {
    const reference = stream.slice(COMPLAINT_STREAMS.length);
    files.set(join('cases', `${reference}.json`), { stored, ...(await stateAndAnswer(stored)) });
  }
  const added: string[] = [];
  for (const [name, content] of files) if (await addFile(folder, name, content)) added.push(name);
  return added;
}

/** The data of an event at the present version of its type. */
export function presentData(event: RecordedEvent): JsonObject {
  const kind = STREAMS.find(({ streamPrefix }) => event.stream.startsWith(streamPrefix));
  if (kind === undefined) throw new Error(`no slice has the stream ${event.stream}`);
  return eventReader(kind.schemas)(event).data as JsonObject;
}

/** The state that a stored case folds to now, and the API's answer. */
export async function stateAndAnswer(stored: readonly Stored[]): Promise<Omit<GoldenCase, 'stored'>> {
  const store = new MemoryEventStore();
  const [first] = stored;
  if (first === undefined) throw new Error('a case without events');
  const { stream } = first;
  await store.append(
    stream,
    'no-stream',
    stored.map(({ id, type, version, data, metadata }) => ({ id, type, version, data, metadata })),
  );
  const reference = CaseReferenceSchema.parse(stream.slice(COMPLAINT_STREAMS.length));
  const complaints = new AggregateReader(store, complaintAggregate);
  const { state, revision, position } = await complaints.load(reference);
  if (state === null) throw new Error('a case without a state');
  const present = { state, answer: complaintAnswer({ complaint: state, revision, position }) };
  // As sent over the wire, without the fields that are undefined.
  return GoldenCaseSchema.omit({ stored: true }).parse(JSON.parse(JSON.stringify(present)));
}

async function addFile(folder: string, name: string, content: object): Promise<boolean> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const style = { ...(await resolveConfig(join(GOLDEN, name))), parser: 'json' };
  const text = await format(JSON.stringify(content, null, 2), style);
  const written = writeFile(path, text, { flag: 'wx' }).then(() => true);
  return (await ignoreErrors(['EEXIST'], written)) ?? false;
}
