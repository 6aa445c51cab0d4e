import pLimit from 'p-limit';
import type { ValidatedAppend } from '../core/append-validation.js';
import type { AppendOutcome } from '../event-store.js';
import { KeyedMutex } from '../../platform/keyed-mutex.js';

/** Most appends of all bulks under way at the same time. The server is fastest with 64 to 512. */
const IN_FLIGHT = 512;

type Write = (append: ValidatedAppend) => Promise<AppendOutcome>;

/** Writes bulks of appends, several bulks at the same time. */
export class BulkAppends {
  readonly #limit = pLimit(IN_FLIGHT);

  constructor(private readonly write: Write) {}

  /**
   * Writes the appends of a bulk concurrently, begun in the order given, but those of one stream one after another.
   * @throws the first error of a write, when the appends under way have ended; no further one is begun.
   */
  async store(appends: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    const streams = new KeyedMutex();
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
        this.#limit(() => streams.run(append.stream, () => storeOne(append, index))),
      ),
    );
    if (failure !== undefined) throw failure.error;
    return outcomes;
  }
}
