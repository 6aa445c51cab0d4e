import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import { commandContext, contentHash } from '../event-sourcing/command-context.js';
import type { EventStore, StreamAppend } from '../event-store/event-store.js';
import { RevisionConflict, StreamNotFound } from '../event-store/event-store.errors.js';
import { newEvents } from '../event-sourcing/new-events.js';
import { systemActor } from '../identity/actor.js';
import { AUTHORITY_STREAMS } from './authority-register.js';
import { evolve, type Authority } from './authority.js';
import {
  AuthorityAbolishedSchema,
  AuthorityRegisteredSchema,
  authorityEventSchemas,
  type AuthorityEvent,
} from './authority.events.js';

/** English councils since 2018; facts adapted from mySociety's "UK Local Authorities" (see NOTICE). */
const REGISTER = new URL('./register.csv', import.meta.url);
const ACTOR = systemActor('register');
type Row = Record<
  'code' | 'name' | 'type' | 'region' | 'county' | 'exists_from' | 'abolished_on' | 'successors',
  string
>;

/**
 * Loads the register that ships with the program, unless the log has it. Safe to repeat and to run in two
 * processes at once: each stream is written only where there is none.
 */
export async function loadRegister(store: EventStore, at: Date): Promise<void> {
  const appends: StreamAppend[] = [];
  for (const events of await registerEvents()) {
    const [first] = events;
    const command = commandContext(ACTOR, at, `register-${first.data.code}`);
    const hash = contentHash({ events });
    appends.push({
      stream: AUTHORITY_STREAMS + first.data.code,
      expected: 'no-stream',
      events: newEvents(authorityEventSchemas, events, command, hash),
    });
  }
  const last = appends.at(-1);
  if (last === undefined || (await exists(store, last.stream))) return;
  // Not every engine stores a bulk in order: the last stream, by itself, tells that all of the register is there.
  await appendWhereNone(store, appends.slice(0, -1));
  await appendWhereNone(store, [last]);
}

/** @throws Unavailable, RevisionConflict or InvalidAppend unless all the streams are there in the end. */
async function appendWhereNone(store: EventStore, appends: readonly StreamAppend[]): Promise<void> {
  for (const outcome of await store.appendBulk(appends)) {
    if (!(outcome instanceof Error)) continue;
    const isThere = outcome instanceof RevisionConflict && outcome.actual !== 'no-stream';
    if (!isThere) throw outcome;
  }
}

/** The councils of the register that ships with the program. */
export async function readRegister(): Promise<Authority[]> {
  return (await registerEvents()).map(([first, ...others]) =>
    others.reduce<Authority>(evolve, evolve(null, first)),
  );
}

type History = readonly [Extract<AuthorityEvent, { type: 'AuthorityRegistered' }>, ...AuthorityEvent[]];

async function registerEvents(): Promise<History[]> {
  const histories: History[] = [];
  for await (const row of createReadStream(fileURLToPath(REGISTER)).pipe(parse({ columns: true }))) {
    histories.push(eventsOf(row as Row));
  }
  return histories;
}

function eventsOf(row: Row): History {
  const registered = AuthorityRegisteredSchema.parse({
    code: row.code,
    name: row.name,
    type: row.type,
    region: row.region || undefined,
    county: row.county || undefined,
    existsFrom: row.exists_from || undefined,
  });
  if (row.abolished_on === '') return [{ type: 'AuthorityRegistered', data: registered }];
  const abolished = AuthorityAbolishedSchema.parse({
    abolishedOn: row.abolished_on,
    successors: row.successors.split(' ').filter((code) => code !== ''),
  });
  return [
    { type: 'AuthorityRegistered', data: registered },
    { type: 'AuthorityAbolished', data: abolished },
  ];
}

async function exists(store: EventStore, stream: string): Promise<boolean> {
  try {
    for await (const _ of store.readStream(stream, { limit: 1 })) return true;
    return false;
  } catch (error) {
    if (error instanceof StreamNotFound) return false;
    throw error;
  }
}
