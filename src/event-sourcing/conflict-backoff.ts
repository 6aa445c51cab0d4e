import { setTimeout as pause } from 'node:timers/promises';

/** How often a command is decided at most when others keep writing its stream. */
export const MAX_ATTEMPTS = 20;

const LONGEST_PAUSE_MS = 250;

/**
 * Waits before a command is decided again: a random time, up to twice as long after each attempt. All attempts together
 * wait some two seconds on average. A cluster may refuse an append for an event that it shows to readers only later.
 */
export async function conflictBackoff(attempt: number): Promise<void> {
  await pause(Math.random() * Math.min(2 ** attempt, LONGEST_PAUSE_MS));
}
