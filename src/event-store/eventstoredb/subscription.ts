import { Backoff, type RetryPolicy } from '../../platform/retry-policy.js';
import { LogShorter } from '../event-store.errors.js';
import type { SubscriptionMessage } from '../event-store.js';
import { START } from '../position.js';
import type { Position } from '../position.js';
import { abortable } from '../../platform/abortable.js';
import { errorTypeOf, isTransientEventStoreDbFailure } from './eventstoredb-failures.js';
import type { HeadPosition } from './head-position.js';
import type { LogReader } from './log-reader.js';
import { ServerSubscription } from './server-subscription.js';

/** How long an event that is in the log may take to arrive, in milliseconds. */
const DELIVERY_TIMEOUT_MS = 1_000;

/** What a subscription reads from. */
export type SubscriptionSource = Readonly<{
  reader: LogReader;
  head: HeadPosition;
  /** After so long a silence the head is read, to see whether an event should have come; in milliseconds. */
  silenceMs: number;
  /** Pauses before the next subscription on the server. */
  resubscribePolicy: RetryPolicy;
}>;

/**
 * All events after a position, then those to come, until aborted. When the server ends its subscription, or sends
 * nothing more, another one continues after the last event yielded.
 *
 * @throws LogShorter when the log ends before that.
 */
export async function* subscription(
  { reader, head, silenceMs, resubscribePolicy }: SubscriptionSource,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  const backoff = new Backoff(resubscribePolicy);
  let last = after;
  let caughtUp = false;
  const isAborted = () => signal.aborted;
  while (!isAborted()) {
    let served: ServerSubscription | undefined;
    try {
      if (last > START) await endOfLog(head, last, signal);
      if (isAborted()) return;
      served = new ServerSubscription(reader, last);
      while (!isAborted()) {
        for (const event of served.take()) {
          if (event.position <= last) continue;
          if (isAborted()) return;
          last = event.position;
          caughtUp = false;
          backoff.reset();
          yield event;
        }
        if (isAborted()) return;
        if (!caughtUp && served.caughtUp) {
          if (!(await served.isAtHead(signal))) continue;
          caughtUp = true;
          backoff.reset();
          yield 'caught-up';
        } else if (
          !(await served.wait(silenceMs, signal)) &&
          (await hasStalled(served, head, last, signal))
        ) {
          break;
        }
      }
    } catch (error) {
      // Whatever the server answers, subscribe again: only the consumer ends a subscription.
      if (!isTransientEventStoreDbFailure(error) && errorTypeOf(error) === undefined) throw error;
    } finally {
      served?.close();
    }
    await backoff.wait(signal);
  }
}

/** Whether the log holds an event after the last one yielded that does not arrive. */
async function hasStalled(
  served: ServerSubscription,
  head: HeadPosition,
  last: Position,
  signal: AbortSignal,
): Promise<boolean> {
  const end = await endOfLog(head, last, signal);
  return end > last && !(await served.wait(DELIVERY_TIMEOUT_MS, signal));
}

/** The head of the log, or `last` when aborted. @throws LogShorter; the client's error. */
async function endOfLog(head: HeadPosition, last: Position, signal: AbortSignal): Promise<Position> {
  const end = await abortable(head.findOnce(), signal);
  if (end === 'aborted') return last;
  if (end < last) throw new LogShorter(end, last);
  return end;
}
