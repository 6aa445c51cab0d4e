import { setTimeout as pause } from 'node:timers/promises';
import type { EventWithoutMetadata } from '../event-store/event-store.js';
import { isTransientFailure } from './transient-failure.js';
import { LogMismatch } from './log-identity-check.js';

/** An event that cannot be folded, and why. */
export type PoisonEvent = Readonly<{ event: EventWithoutMetadata; error: unknown; attempts: number }>;

/** Pauses before each attempt at a page, before the event at fault is looked for; in milliseconds. */
const PAUSES = [0, 50, 250];

/**
 * Writes a page, with a bounded number of attempts. Where it cannot be written, it is halved until the event at
 * fault is found; what stands before that is written.
 *
 * @param write stores some of the page's events with their checkpoint, in one transaction.
 * @returns the first event that cannot be folded; null when all of the page was written.
 * @throws whatever `write` threw when a server did not answer, or when the tables are of another log by now: then it is
 *   no event's fault.
 */
export async function writeUntilPoison(
  page: readonly EventWithoutMetadata[],
  write: (events: readonly EventWithoutMetadata[]) => Promise<unknown>,
): Promise<PoisonEvent | null> {
  let fault: Fault | null = null;
  for (const wait of PAUSES) {
    if (wait > 0) await pause(wait);
    fault = await attempt(page, write);
    if (fault === null) return null;
  }
  return fault === null ? null : firstPoison(page, fault, PAUSES.length, write);
}

type Fault = Readonly<{ error: unknown }>;
type Write = (events: readonly EventWithoutMetadata[]) => Promise<unknown>;

async function attempt(events: readonly EventWithoutMetadata[], write: Write): Promise<Fault | null> {
  try {
    await write(events);
    return null;
  } catch (error) {
    if (isTransientFailure(error) || error instanceof LogMismatch) throw error;
    return { error };
  }
}

async function firstPoison(
  events: readonly EventWithoutMetadata[],
  { error }: Fault,
  attempts: number,
  write: Write,
): Promise<PoisonEvent | null> {
  const [event] = events;
  if (event === undefined) return null;
  if (events.length === 1) return { event, error, attempts };
  const middle = Math.ceil(events.length / 2);
  for (const half of [events.slice(0, middle), events.slice(middle)]) {
    const fault = await attempt(half, write);
    const poison = fault === null ? null : await firstPoison(half, fault, attempts + 1, write);
    if (poison !== null) return poison;
  }
  // Each half was written, so the fault has passed.
  return null;
}
