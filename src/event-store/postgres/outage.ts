import { setTimeout as pause } from 'node:timers/promises';
import { types } from 'node:util';
import { DatabaseError } from 'pg';
import { Unavailable } from '../../platform/refusal.js';

/**
 * Answers of a server that cannot serve at present, by SQLSTATE or its beginning: connection, resources, shut
 * down or starting, time-outs, transaction lost, disk, read-only after a fail-over.
 */
const OUTAGES = /^(08|53|57P0|57014|55P03|25006|25P0|40|58)/;

/** Whether the database did not answer, or answered that it cannot: what was asked may have happened or not. */
export function isOutage(error: unknown): boolean {
  if (error instanceof DatabaseError) return OUTAGES.test(error.code ?? '');
  // Node's system errors and the driver's own carry no class of theirs; a defect of the program does.
  return types.isNativeError(error) && (error.name === 'Error' || error.name === 'AggregateError');
}

/** Pauses before each further attempt, and the time after which there is none, in milliseconds. */
export type Patience = Readonly<{ pauses: readonly number[]; limit: number }>;

/**
 * Tries again after an outage, until patience ends; it must be safe to.
 * @throws Unavailable after the last attempt.
 */
export async function despiteOutages<T>(attempt: () => Promise<T>, { pauses, limit }: Patience): Promise<T> {
  const giveUp = performance.now() + limit;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isOutage(error)) throw error;
      const wait = pauses[failures];
      if (wait === undefined || performance.now() + wait > giveUp) throw unavailable(error);
      await pause(wait);
    }
  }
}

function unavailable(error: unknown): Unavailable {
  const why = types.isNativeError(error) && error.message !== '' ? error.message : 'no connection';
  return new Unavailable('event-store-unavailable', `the event log does not answer: ${why}`, {
    cause: error,
  });
}
