import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import { LogShorter } from '../event-store.errors.js';
import type { RecordedEvent, SubscriptionMessage } from '../event-store.js';
import { START } from '../position.js';
import type { Position } from '../position.js';
import { abortable } from '../../platform/abortable.js';
import type { StreamReader } from './stream-reader.js';
import type { HeadPosition } from './head-position.js';
import type { LogReader } from './log-reader.js';
import { isTransientEventStoreDbFailure, errorTypeOf } from './eventstoredb-failures.js';

/** First and longest pause before the log is subscribed to again, in milliseconds. */
export type BackOff = Readonly<{ first: number; longest: number }>;

/**
 * When nothing has come for `quiet` milliseconds after a live event, or `most` since the first one, the head counts
 * as reached: the server says so only once.
 */
const LIVE = { quiet: 5, most: 25 };

/** How long an event that is at the head may take to come, in milliseconds. */
const GRACE = 1_000;

export type Subscribed = Readonly<{
  reader: LogReader;
  head: HeadPosition;
  /** After so long a silence it is looked up whether there is anything that should have come. */
  silenceMs: number;
  backOff: BackOff;
}>;

/**
 * All events after a position, then those to come, until aborted. Whatever ends the server's subscription, or stops it
 * without a word, another is begun where it was; only events after the last one are passed on.
 *
 * @throws LogShorter when the log ends before that.
 */
export async function* subscription(
  { reader, head, silenceMs, backOff }: Subscribed,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  let place = after;
  let told = false;
  let wait = backOff.first;
  const ended = () => signal.aborted;
  while (!ended()) {
    let feed: Feed | undefined;
    try {
      if (place > START) await endOfLog(head, place, signal);
      if (ended()) return;
      feed = new Feed(reader, reader.follow(place));
      while (!ended()) {
        for (const event of feed.take()) {
          if (event.position <= place) continue;
          if (ended()) return;
          place = event.position;
          told = false;
          wait = backOff.first;
          yield event;
        }
        if (ended()) return;
        if (!told && feed.caughtUp) {
          if (!(await feed.isAtHead(signal))) continue;
          told = true;
          wait = backOff.first;
          yield 'caught-up';
        } else if (!(await feed.wait(silenceMs, signal)) && (await missed(head, place, feed, signal))) {
          break;
        }
      }
    } catch (error) {
      // Whatever the server says, it is asked again: a subscription ends only with its consumer.
      if (!isTransientEventStoreDbFailure(error) && errorTypeOf(error) === undefined) throw error;
    } finally {
      feed?.close();
    }
    await pause(ended() ? 0 : wait, undefined, { signal }).catch(() => undefined);
    wait = Math.min(wait * 2, backOff.longest);
  }
}

/** Whether the log holds what the subscription should have brought by now, or does not answer. */
async function missed(
  head: HeadPosition,
  place: Position,
  feed: Feed,
  signal: AbortSignal,
): Promise<boolean> {
  const last = await endOfLog(head, place, signal);
  return last > place && !(await feed.wait(GRACE, signal));
}

/** The last event of the log, or the place when aborted. @throws LogShorter; the client's error. */
async function endOfLog(head: HeadPosition, place: Position, signal: AbortSignal): Promise<Position> {
  const last = await abortable(head.findOnce(), signal);
  if (last === 'aborted') return place;
  if (last < place) throw new LogShorter(last, place);
  return last;
}

/** The events of one of the server's subscriptions. */
class Feed {
  /** The server has said that there are no more, and was passed on. */
  #live = false;
  /** When the first event came of those after which it was not told yet that the head is reached. */
  #since: number | undefined;

  constructor(
    private readonly reader: LogReader,
    private readonly flow: StreamReader<AllStreamResolvedEvent>,
  ) {}

  take(): RecordedEvent[] {
    const taken = this.flow.take();
    if (this.#live && taken.length > 0) this.#since ??= performance.now();
    return this.reader.recorded(taken);
  }

  get caughtUp(): boolean {
    return this.flow.caughtUp;
  }

  /** @throws when the subscription has ended. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const happened = await this.flow.wait(ms, signal);
    if (this.flow.ended) throw new Error('the server ended the subscription');
    return happened;
  }

  /** Whether nothing more is to come of what the last events came with. */
  async isAtHead(signal: AbortSignal): Promise<boolean> {
    if (this.#live) {
      if (this.flow.hasBuffered()) return false;
      const late = performance.now() - (this.#since ?? 0) >= LIVE.most;
      if (!late && (await this.wait(LIVE.quiet, signal))) return false;
      // What came while this process was busy has not been seen yet.
      await turn();
      await turn();
      if (this.flow.hasBuffered()) return false;
    }
    this.#live = true;
    this.#since = undefined;
    return true;
  }

  close(): void {
    this.flow.close();
  }
}
