import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { TimedOut } from '../../platform/timeout.js';
import type { ReadOptions } from './eventstoredb-options.js';

/** The parts of one of the client's reads or subscriptions that are used here. */
type ClientStream = Pick<Readable, 'read' | 'readableLength'> &
  Readonly<{
    destroy: () => unknown;
    on: (event: string, listener: (...args: unknown[]) => void) => unknown;
    cancel?: () => Promise<void>;
    unsubscribe?: () => Promise<void>;
  }>;

/** Most items that the client buffers. The server waits while the buffer is full. */
export const READ_BUFFER = { highWaterMark: 256 };

/**
 * Reads items from one of the client's streams. The client's own iteration cannot tell its ends apart (a lost
 * connection is one `error`, without `end` or `close`), and cannot be left while it waits.
 */
export class StreamReader<Item> {
  #taken = 0;
  /** The number of items after which the server said that there are no more. */
  #caughtUpAfter = Infinity;
  #failure: Error | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(private readonly stream: ClientStream) {
    stream.on('error', (error) => {
      this.#failure ??= error as Error;
      this.#wake?.();
    });
    stream.on('end', () => {
      this.#ended = true;
      this.#wake?.();
    });
    stream.on('readable', () => this.#wake?.());
    stream.on('caughtUp', () => {
      this.#caughtUpAfter = this.#taken + stream.readableLength;
      this.#wake?.();
    });
    stream.on('fellBehind', () => {
      this.#caughtUpAfter = Infinity;
    });
  }

  /** Whether all items were taken that came before the server said that there are no more. */
  get caughtUp(): boolean {
    return this.#taken >= this.#caughtUpAfter;
  }

  /** Takes the buffered items, but none past the point at which the server said that there are no more. */
  take(): Item[] {
    const items: Item[] = [];
    if (this.#failure !== undefined) return items;
    const untilCaughtUp = this.caughtUp ? Infinity : this.#caughtUpAfter - this.#taken;
    while (items.length < Math.min(untilCaughtUp, READ_BUFFER.highWaterMark)) {
      const item = this.stream.read() as Item | null;
      if (item === null) break;
      items.push(item);
    }
    this.#taken += items.length;
    return items;
  }

  /**
   * Waits until there is anything to take, the stream ends, the signal aborts, or {@link wake} is called.
   * @returns false when nothing of that happened within `ms` milliseconds.
   * @throws the error that broke the stream off.
   */
  async wait(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ended || this.hasBuffered() || signal?.aborted === true) return true;
    return new Promise((resolve, reject) => {
      const settle = (happened: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#wake = undefined;
        if (this.#failure === undefined) resolve(happened);
        else reject(this.#failure);
      };
      const wake = () => {
        settle(true);
      };
      const timer = setTimeout(settle, ms, false);
      signal?.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }

  /** Ends the wait under way, because the server has sent something other than an item. */
  wake(): void {
    this.#wake?.();
  }

  /** Whether there is an item to take at once. */
  hasBuffered(): boolean {
    return this.#failure === undefined && this.stream.readableLength > 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Yields all items in batches as they come, and a batch (which may be empty) when the reader has caught up.
   * @throws TimedOut when nothing comes for `silenceMs`; the reason of `closing`; the error that broke the stream off.
   */
  async *batches({ silenceMs, closing }: Pick<ReadOptions, 'silenceMs' | 'closing'>): AsyncGenerator<Item[]> {
    let caughtUp = false;
    try {
      for (;;) {
        const items = this.take();
        if (items.length > 0 || this.caughtUp !== caughtUp) {
          caughtUp = this.caughtUp;
          yield items;
        } else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#ended) return;
        else {
          closing.throwIfAborted();
          if (!(await this.wait(silenceMs, closing))) throw new TimedOut(`nothing came for ${silenceMs} ms`);
          // Items that came together would otherwise make batches of one item each.
          await nextTurn();
        }
      }
    } finally {
      this.close();
    }
  }

  /** Leaves the stream and cancels it on the server. */
  close(): void {
    const left = this.stream.cancel?.() ?? this.stream.unsubscribe?.();
    left?.catch(() => undefined);
    this.stream.destroy();
  }
}
