import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../event-store.js';
import type { Position } from '../position.js';
import type { LogReader } from './log-reader.js';
import type { StreamReader } from './stream-reader.js';

/**
 * The server says only once that a subscription has caught up. After that, the head counts as reached when nothing has
 * come for `idleMs` milliseconds after an event, or `maxMs` milliseconds after the first.
 */
const LIVE = { idleMs: 5, maxMs: 25 };

/** One subscription on the server, to the events of the log after a position. */
export class ServerSubscription {
  readonly #stream: StreamReader<AllStreamResolvedEvent>;
  /** Whether the server has said that there are no more events for now, and the consumer knows. */
  #live = false;
  /** When the first event arrived after the consumer last knew that the head was reached. */
  #firstEventAt: number | undefined;

  constructor(
    private readonly reader: LogReader,
    after: Position,
  ) {
    this.#stream = reader.subscribe(after);
  }

  /** Takes the events that have come. */
  take(): RecordedEvent[] {
    const taken = this.#stream.take();
    if (this.#live && taken.length > 0) this.#firstEventAt ??= performance.now();
    return this.reader.recordedEvents(taken);
  }

  /** Whether all events were taken that came before the server said that there are no more. */
  get caughtUp(): boolean {
    return this.#stream.caughtUp;
  }

  /** Waits as {@link StreamReader.wait}. @throws when the server has ended the subscription. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const happened = await this.#stream.wait(ms, signal);
    if (this.#stream.ended) throw new Error('the server ended the subscription');
    return happened;
  }

  /** Waits for further events that belong to those taken last. Returns whether there are none. */
  async isAtHead(signal: AbortSignal): Promise<boolean> {
    if (this.#live) {
      if (this.#stream.hasBuffered()) return false;
      const isLate = performance.now() - (this.#firstEventAt ?? 0) >= LIVE.maxMs;
      if (!isLate && (await this.wait(LIVE.idleMs, signal))) return false;
      // Events that came while this process was busy are buffered only after the event loop has turned.
      await nextTurn();
      await nextTurn();
      if (this.#stream.hasBuffered()) return false;
    }
    this.#live = true;
    this.#firstEventAt = undefined;
    return true;
  }

  close(): void {
    this.#stream.close();
  }
}
