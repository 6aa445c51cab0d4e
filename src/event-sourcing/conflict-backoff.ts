import { setTimeout as pause } from 'node:timers/promises';

/** How often a command is decided anew when others write the stream at the same moment. */
export const MAX_ATTEMPTS = 20;

/** Longest pause, in milliseconds. */
const LONGEST = 250;

/**
 * Waits before a command is decided anew, by chance and up to twice as long each time, some two seconds in all on
 * average: a server may refuse for an event that it shows to readers only a moment later, as a cluster does.
 */
export async function conflictBackoff(attempt: number): Promise<void> {
  await pause(Math.random() * Math.min(2 ** attempt, LONGEST));
}
