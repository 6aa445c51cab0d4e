import { Unavailable } from '../../platform/errors.js';
import { LogShorter } from '../event-store.errors.js';
import type { RecordedEvent, SubscriptionMessage } from '../event-store.js';
import type { AppendSignal } from './append-signal.js';
import type { Position } from '../position.js';
import { abortable } from '../../platform/abortable.js';

/** Events in order of position; `more` when the log may hold further ones already. */
export type LogPage<Event = RecordedEvent> = Readonly<{ events: readonly Event[]; more: boolean }>;

/** What a subscription reads from. */
export type PollingSource = Readonly<{
  pageAfter: (after: Position) => Promise<LogPage>;
  news: AppendSignal;
  /** How often the log is looked at without news, in milliseconds. */
  pollMs: number;
}>;

/** First and longest pause while the log does not answer, in milliseconds. */
const BACK_OFF = { first: 50, longest: 2_000 };

/**
 * A subscription over pages: reads one only when the consumer asks, goes on from its place after an outage,
 * and ends on abort.
 *
 * @throws LogShorter when `pageAfter` does.
 */
export async function* pollingSubscription(
  { pageAfter, news, pollMs }: PollingSource,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  let place = after;
  let told = false;
  let pause = BACK_OFF.first;
  const ended = () => signal.aborted;
  while (!ended()) {
    const seen = news.count;
    const page = await readUnlessAborted(pageAfter(place), signal);
    if (page === 'aborted') return;
    if (page === 'unavailable') {
      await news.waitSince(seen, pause, signal);
      pause = Math.min(pause * 2, BACK_OFF.longest);
      continue;
    }
    pause = BACK_OFF.first;
    for (const event of page.events) {
      if (ended()) return;
      place = event.position;
      told = false;
      yield event;
    }
    if (page.more || ended()) continue;
    if (!told) {
      told = true;
      yield 'caught-up';
    }
    await news.waitSince(seen, pollMs, signal);
  }
}

async function readUnlessAborted(
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
