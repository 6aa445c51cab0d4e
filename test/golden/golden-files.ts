import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { complaintAnswer } from '../../src/complaints/complaint.answers.js';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { complaintAggregate } from '../../src/complaints/complaint.commands.js';
import { COMPLAINT_STREAMS } from '../../src/complaints/complaint.events.js';
import type { JsonObject, RecordedEvent } from '../../src/event-store/event-store.js';
import { eventReader } from '../../src/event-sourcing/event-schema.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { position } from '../../src/event-store/position.js';
import { StreamCommandHandler } from '../../src/event-sourcing/command-handler.js';
import { STREAMS } from '../../src/slices.js';
import { unless } from '../../src/platform/embedded-postgres/system-error.js';
import { recordGoldenLog } from './golden-log.js';

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** An event as the log gave it back, with the hash of the one before it in its stream. */
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

/** `events/TYPE@VERSION.json`: a stored event of that version, and the data that it reads as now. */
export const GoldenEventSchema = z.strictObject({ stored: StoredSchema, reads: json });

/** `cases/REFERENCE.json`: a stored case, and what is told of it now. */
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

/** The event as the log would give it back. Place in the log and time of storing are no part of a golden file. */
export function recorded({ previous: _previous, ...event }: Stored): RecordedEvent {
  return { ...event, position: position(BigInt(event.revision + 1)), storedAt: '2026-04-01T09:00:00.000Z' };
}

/**
 * Adds what golden files are missing, out of a log that the program records now. A file that is there is never
 * written again: it holds what a program of its time stored.
 *
 * @returns the files added.
 */
export async function addGoldenFiles(folder: string): Promise<string[]> {
  const store = new MemoryEventStore(() => Date.parse('2026-04-01T09:00:00.000Z'));
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
    files.set(join('cases', `${reference}.json`), { stored, ...(await toldOf(stored)) });
  }
  const added: string[] = [];
  for (const [name, content] of files) if (await addFile(folder, name, content)) added.push(name);
  return added;
}

/** What an event says now. */
export function presentData(event: RecordedEvent): JsonObject {
  const kind = STREAMS.find(({ streamPrefix }) => event.stream.startsWith(streamPrefix));
  if (kind === undefined) throw new Error(`nobody knows the stream ${event.stream}`);
  return eventReader(kind.schemas)(event).data as JsonObject;
}

/** What is told now of a case that was stored so. */
export async function toldOf(stored: readonly Stored[]): Promise<Omit<GoldenCase, 'stored'>> {
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
  const complaints = new StreamCommandHandler(store, complaintAggregate);
  const { state, revision, position } = await complaints.load(reference);
  if (state === null) throw new Error('a case without a state');
  const told = { state, answer: complaintAnswer({ complaint: state, revision, position }) };
  // As it goes over the wire, where what is absent is left out.
  return GoldenCaseSchema.omit({ stored: true }).parse(JSON.parse(JSON.stringify(told)));
}

async function addFile(folder: string, name: string, content: object): Promise<boolean> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const style = { ...(await resolveConfig(join(GOLDEN, name))), parser: 'json' };
  const text = await format(JSON.stringify(content, null, 2), style);
  const written = writeFile(path, text, { flag: 'wx' }).then(() => true);
  return (await unless(['EEXIST'], written)) ?? false;
}
