import { InvalidAppend, RevisionConflict } from '../../event-store/event-store.errors.js';
import type { AppendOutcome, EventStore, StreamAppend } from '../../event-store/event-store.js';

/**
 * Appends in bulk; answers the result of each append. The store refuses a whole batch for one append that is too
 * large: then each is appended alone, so that only that one is refused.
 * @throws Unavailable when the store does not answer.
 */
export async function appendEach(
  store: EventStore,
  appends: readonly StreamAppend[],
): Promise<AppendOutcome[]> {
  if (appends.length === 0) return [];
  try {
    return await store.appendBulk(appends);
  } catch (error) {
    if (!(error instanceof InvalidAppend)) throw error;
  }
  const results: AppendOutcome[] = [];
  for (const { stream, expected, events } of appends) {
    results.push(await store.append(stream, expected, events).catch(refusalOnly));
  }
  return results;
}

function refusalOnly(error: unknown): RevisionConflict | InvalidAppend {
  if (error instanceof RevisionConflict || error instanceof InvalidAppend) return error;
  throw error;
}
