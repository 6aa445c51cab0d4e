import { Unavailable } from '../../platform/errors.js';
import { Backoff, type RetryPolicy } from '../../platform/retry-policy.js';
import { LogShorter } from '../event-store.errors.js';
import type { RecordedEvent, SubscriptionMessage } from '../event-store.js';
import type { AppendSignal } from './append-signal.js';
import type { Position } from '../position.js';
import { abortable } from '../../platform/abortable.js';

/** Events in order of position. `more` when the log may hold further ones already. */
export type LogPage<Event = RecordedEvent> = Readonly<{ events: readonly Event[]; more: boolean }>;

/** What a subscription reads from. */
export type PollingSource = Readonly<{
  pageAfter: (after: Position) => Promise<LogPage>;
  /** Wakes the subscription before the next poll is due. */
  appendSignal: AppendSignal;
  /** How often the log is read when no signal comes, in milliseconds. */
  pollMs: number;
}>;

/** Pauses while the log does not answer. */
const RETRY_POLICY: RetryPolicy = { firstMs: 50, longestMs: 2_000 };

/**
 * A subscription that reads page after page. It reads the next page only when the consumer asks, continues after its
 * last event when the log was unavailable, and ends on abort.
 *
 * @throws LogShorter when `pageAfter` does.
 */
export async function* pollingSubscription(
  { pageAfter, appendSignal, pollMs }: PollingSource,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  const backoff = new Backoff(RETRY_POLICY);
  let last = after;
  let caughtUp = false;
  const isAborted = () => signal.aborted;
  while (!isAborted()) {
    const notifications = appendSignal.count;
    const page = await abortableRead(pageAfter(last), signal);
    if (page === 'aborted') return;
    if (page === 'unavailable') {
      await appendSignal.waitSince(notifications, backoff.nextPauseMs(), signal);
      continue;
    }
    backoff.reset();
    for (const event of page.events) {
      if (isAborted()) return;
      last = event.position;
      caughtUp = false;
      yield event;
    }
    if (page.more || isAborted()) continue;
    if (!caughtUp) {
      caughtUp = true;
      yield 'caught-up';
    }
    await appendSignal.waitSince(notifications, pollMs, signal);
  }
}

async function abortableRead(
  page: Promise<LogPage>,
  signal: AbortSignal,
): Promise<LogPage | 'unavailable' | 'aborted'> {
  try {
    return await abortable(page, signal);
  } catch (error) {
    if (error instanceof Unavailable && !(error instanceof LogShorter)) return 'unavailable';
    throw error;
  }
}
