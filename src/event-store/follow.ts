import { Unavailable } from '../platform/refusal.js';
import { LogShorter } from './event-store.errors.js';
import type { RecordedEvent, SubscriptionItem } from './event-store.js';
import type { News } from './news.js';
import type { Position } from './position.js';
import { unlessAborted } from '../platform/unless-aborted.js';

/** Events in order of position; `more` when the log may hold further ones already. */
export type Page<Event = RecordedEvent> = Readonly<{ events: readonly Event[]; more: boolean }>;

/** What a subscription reads from. */
export type Followed = Readonly<{
  pageAfter: (after: Position) => Promise<Page>;
  news: News;
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
export async function* follow(
  { pageAfter, news, pollMs }: Followed,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  let place = after;
  let told = false;
  let pause = BACK_OFF.first;
  const ended = () => signal.aborted;
  while (!ended()) {
    const seen = news.count;
    const page = await readUnlessAborted(pageAfter(place), signal);
    if (page === 'aborted') return;
    if (page === 'unavailable') {
      await news.since(seen, pause, signal);
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
    await news.since(seen, pollMs, signal);
  }
}

async function readUnlessAborted(
  page: Promise<Page>,
  signal: AbortSignal,
): Promise<Page | 'unavailable' | 'aborted'> {
  try {
    return await unlessAborted(page, signal);
  } catch (error) {
    if (error instanceof Unavailable && !(error instanceof LogShorter)) return 'unavailable';
    throw error;
  }
}
