import pLimit from 'p-limit';
import type { ValidatedAppend } from '../core/append-validation.js';
import type { AppendOutcome } from '../event-store.js';
import { KeyedMutex } from '../../platform/keyed-mutex.js';

/** Appends of all bulks under way at the same time; the server is fastest with 64 to 512. */
const IN_FLIGHT = 512;

type Write = (append: ValidatedAppend) => Promise<AppendOutcome>;

/** Writes bulks, any number of which may come at the same time. */
export class BulkAppends {
  readonly #whenFree = pLimit(IN_FLIGHT);

  constructor(private readonly write: Write) {}

  /**
   * Writes the appends of a bulk at the same time, begun in the order given; those of one stream one after another.
   * @throws what a write throws; no further one of the bulk is begun then, and those begun have ended.
   */
  async store(appends: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    const turns = new KeyedMutex();
    const outcomes: AppendOutcome[] = [];
    let failure: Readonly<{ error: unknown }> | undefined;
    const storeOne = async (append: ValidatedAppend, index: number) => {
      if (failure !== undefined) return;
      try {
        outcomes[index] = await this.write(append);
      } catch (error) {
        failure ??= { error };
      }
    };
    await Promise.all(
      appends.map((append, index) =>
        this.#whenFree(() => turns.take(append.stream, () => storeOne(append, index))),
      ),
    );
    if (failure !== undefined) throw failure.error;
    return outcomes;
  }
}
