import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import type { CaseHistory } from './case-history.js';
import { CaseRecorder, type RecorderOptions } from './case-recorder.js';
import type { LoadCounts } from './load-counts.js';

/** What cases are loaded with, and how. */
export type LoadOptions = RecorderOptions &
  Readonly<{
    /** Cases decided and appended together; 50 when left out. */
    batchSize?: number | undefined;
    /** Once aborted no further batch is begun; what is stored stays. */
    signal?: AbortSignal | undefined;
    /** Called after each batch, with the counts so far. */
    onBatch?: ((counts: LoadCounts) => void) | undefined;
  }>;

/** Small, so that the objects of a batch are collected while they are young. */
const BATCH_SIZE = 50;
/** A batch of large cases holds fewer of them. */
const MAX_BATCH_PARTS = 1_000;
/** Batches in flight: enough to fill the log's next transaction while it stores the one before. */
const MAX_BATCHES_IN_FLIGHT = 32;
/** Recommendations and checks of the batches in flight, at most, so that memory stays flat. */
const MAX_PARTS_IN_FLIGHT = 10_000;

/**
 * Records cases through the domain in batches: each is decided while those before it are appended. A case is one
 * append, so it is stored whole or not at all; loading the same cases again stores nothing.
 *
 * @throws Unavailable when the store does not answer, Conflict when others kept writing a case. What was stored
 *   before stays, and loading the same cases again completes it.
 */
export async function loadCases(
  histories: AsyncIterable<CaseHistory> | Iterable<CaseHistory>,
  options: LoadOptions,
): Promise<LoadCounts> {
  const recorder = new CaseRecorder(options);
  const inFlight: Readonly<{ appended: Promise<void>; parts: number }>[] = [];
  const isFull = (most: number) =>
    inFlight.length >= most || inFlight.reduce((sum, { parts }) => sum + parts, 0) >= MAX_PARTS_IN_FLIGHT;
  // The first batch shows whether cases are likely to be new: no other is appended beside it.
  let most = 1;
  try {
    for await (const { batch, parts } of batchesOf(histories, options.batchSize ?? BATCH_SIZE)) {
      if (options.signal?.aborted === true) break;
      const prepared = await recorder.prepare(batch);
      // New cases are decided without waiting for anything, which would keep the store's answers from arriving.
      await nextEventLoopTurn();
      while (isFull(most)) {
        await inFlight.shift()?.appended;
        most = MAX_BATCHES_IN_FLIGHT;
      }
      const appended = recorder.append(prepared).then(() => options.onBatch?.(recorder.counts));
      // A failure is thrown where this promise is awaited, some batches later.
      appended.catch(() => undefined);
      inFlight.push({ appended, parts });
    }
  } finally {
    // Also after a failure, nothing is stored once this function has ended.
    const last = inFlight.map(({ appended }) => appended);
    await Promise.allSettled(last);
    await Promise.all(last);
  }
  return recorder.counts;
}

async function* batchesOf(
  histories: AsyncIterable<CaseHistory> | Iterable<CaseHistory>,
  size: number,
): AsyncGenerator<Readonly<{ batch: readonly CaseHistory[]; parts: number }>> {
  let batch: CaseHistory[] = [];
  let parts = 0;
  for await (const history of histories) {
    batch.push(history);
    parts += history.recommendations.length + history.checks.length;
    if (batch.length < size && parts < MAX_BATCH_PARTS) continue;
    yield { batch, parts };
    batch = [];
    parts = 0;
  }
  if (batch.length > 0) yield { batch, parts };
}
