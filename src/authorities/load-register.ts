import { commandContext, contentHash } from '../event-sourcing/command-context.js';
import type { EventStore, StreamAppend } from '../event-store/event-store.js';
import { RevisionConflict, StreamNotFound } from '../event-store/event-store.errors.js';
import { newEvents } from '../event-sourcing/new-events.js';
import { systemActor } from '../identity/actor.js';
import { AUTHORITY_STREAMS } from './authority-register.js';
import { authorityEventSchemas } from './authority.events.js';
import { readRegisterEvents } from './shipped-register.js';

const ACTOR = systemActor('register');

/**
 * Loads the register that ships with the program, unless the log has it. It is safe to repeat, and to run in two
 * processes at once: each stream is written only if it does not exist.
 * @throws Unavailable, RevisionConflict or InvalidAppend if the log does not take all of the register.
 */
export async function loadRegister(store: EventStore, at: Date): Promise<void> {
  const appends: StreamAppend[] = [];
  for (const events of await readRegisterEvents()) {
    const [{ data: registered }] = events;
    const command = commandContext(ACTOR, at, `register-${registered.code}`);
    appends.push({
      stream: AUTHORITY_STREAMS + registered.code,
      expected: 'no-stream',
      events: newEvents(authorityEventSchemas, events, command, contentHash({ events })),
    });
  }
  const last = appends.at(-1);
  if (last === undefined || (await exists(store, last.stream))) return;
  // Not every engine stores a bulk append in order. So the last stream is appended alone, after all others: where it
  // exists, the whole register does.
  await appendWhereMissing(store, appends.slice(0, -1));
  await appendWhereMissing(store, [last]);
}

/** @throws Unavailable, RevisionConflict or InvalidAppend unless all the streams exist in the end. */
async function appendWhereMissing(store: EventStore, appends: readonly StreamAppend[]): Promise<void> {
  for (const outcome of await store.appendBulk(appends)) {
    if (!(outcome instanceof Error)) continue;
    const existsAlready = outcome instanceof RevisionConflict && outcome.actual !== 'no-stream';
    if (!existsAlready) throw outcome;
  }
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
