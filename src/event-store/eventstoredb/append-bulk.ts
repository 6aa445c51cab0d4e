import type { AdmittedAppend } from '../append-rules.js';
import type { AppendOutcome } from '../event-store.js';
import { Turns } from './turns.js';

/** Appends under way at the same time; the server is fastest with 64 to 512. */
const IN_FLIGHT = 256;

/**
 * Writes many appends at the same time, begun in the order given; those of one stream one after another.
 * @throws what a write throws; no further one is begun then.
 */
export async function writeBulk(
  appends: readonly AdmittedAppend[],
  write: (append: AdmittedAppend) => Promise<AppendOutcome>,
): Promise<AppendOutcome[]> {
  const turns = new Turns();
  const outcomes: AppendOutcome[] = [];
  const remaining = appends.entries();
  let failure: Readonly<{ error: unknown }> | undefined;
  const writer = async () => {
    for (const [index, append] of remaining) {
      if (failure !== undefined) return;
      try {
        outcomes[index] = await turns.take(append.stream, () => write(append));
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
  if (failure !== undefined) throw failure.error;
  return outcomes;
}
