import { setTimeout as pause } from 'node:timers/promises';
import type { EventWithoutMetadata } from '../event-store/event-store.js';
import { CheckpointMismatch } from './checkpoint-mismatch.js';
import { isTransientFailure } from './transient-failure.js';

/** An event that cannot be handled, and why. */
export type PoisonEvent = Readonly<{ event: EventWithoutMetadata; error: unknown; attempts: number }>;

/** Pauses before each attempt at a page, before the poison event is searched for; in milliseconds. */
const PAUSES_MS = [0, 50, 250];

/**
 * Writes a page with a bounded number of attempts. Where that fails, the page is halved until the poison event is found;
 * the events before it are written.
 *
 * @param write stores some of the page's events with their checkpoint, in one transaction.
 * @returns the first event that cannot be handled; null when the whole page was written.
 * @throws what `write` threw where a server did not answer, or where the checkpoint belongs to another log or version:
 *   that is no event's fault.
 */
export async function writeUntilPoison<Event extends EventWithoutMetadata>(
  page: readonly Event[],
  write: Write<Event>,
): Promise<PoisonEvent | null> {
  let failure: Failure | null = null;
  for (const wait of PAUSES_MS) {
    if (wait > 0) await pause(wait);
    failure = await attempt(page, write);
    if (failure === null) return null;
  }
  return failure === null ? null : firstPoison(page, failure, PAUSES_MS.length, write);
}

type Failure = Readonly<{ error: unknown }>;
type Write<Event> = (events: readonly Event[]) => Promise<unknown>;

async function attempt<Event>(events: readonly Event[], write: Write<Event>): Promise<Failure | null> {
  try {
    await write(events);
    return null;
  } catch (error) {
    if (isTransientFailure(error) || error instanceof CheckpointMismatch) throw error;
    return { error };
  }
}

async function firstPoison<Event extends EventWithoutMetadata>(
  events: readonly Event[],
  { error }: Failure,
  attempts: number,
  write: Write<Event>,
): Promise<PoisonEvent | null> {
  const [event] = events;
  if (event === undefined) return null;
  if (events.length === 1) return { event, error, attempts };
  const middle = Math.ceil(events.length / 2);
  for (const half of [events.slice(0, middle), events.slice(middle)]) {
    const failure = await attempt(half, write);
    const poison = failure === null ? null : await firstPoison(half, failure, attempts + 1, write);
    if (poison !== null) return poison;
  }
  // Each half was written, so the failure was temporary.
  return null;
}
