import { setImmediate as turn } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { TimedOut } from '../../platform/timeout.js';
import { storeClosed } from '../../platform/retry-policy.js';
import type { Waiting } from './eventstoredb-failures.js';

/** One of the client's reads or subscriptions: what is used of it. */
type ClientStream = Pick<Readable, 'read' | 'readableLength'> &
  Readonly<{
    destroy: () => unknown;
    on: (event: string, listener: (...args: unknown[]) => void) => unknown;
    cancel?: () => Promise<void>;
    unsubscribe?: () => Promise<void>;
  }>;

/** Items the client holds for us at most; the server waits when there are so many. */
export const READ_BUFFER = { highWaterMark: 256 };

/**
 * Pulls items out of one of the client's streams. The client's own iteration ends in ways that cannot be told
 * apart (a lost connection is one `error` and neither `end` nor `close`), and cannot be left while it waits.
 */
export class StreamReader<Item> {
  #taken = 0;
  /** After how many items the server said that there are no more. */
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

  /** Whether everything has been taken that there was when the server said that this is all. */
  get caughtUp(): boolean {
    return this.#taken >= this.#caughtUpAfter;
  }

  /** What has come and was not taken yet; when the server has said meanwhile that this is all, no more than that. */
  take(): Item[] {
    const items: Item[] = [];
    if (this.#failure !== undefined) return items;
    const due = this.caughtUp ? Infinity : this.#caughtUpAfter - this.#taken;
    while (items.length < Math.min(due, READ_BUFFER.highWaterMark)) {
      const item = this.stream.read() as Item | null;
      if (item === null) break;
      items.push(item);
    }
    this.#taken += items.length;
    return items;
  }

  /**
   * Waits for anything to happen, for so many milliseconds at most; whether anything did.
   * @throws whatever ended the stream before its end.
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

  /** The server has said something other than an item: who waits goes on, and may wait again. */
  wake(): void {
    this.#wake?.();
  }

  /** Whether there is something to take at once. */
  hasBuffered(): boolean {
    return this.#failure === undefined && this.stream.readableLength > 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * All items in batches as they come; an empty one when the server says that this is all.
   * @throws NoAnswer when none comes for so many milliseconds; Unavailable when the store is closed.
   */
  async *batches({ silenceMs, closing }: Waiting): AsyncGenerator<Item[]> {
    let told = false;
    try {
      for (;;) {
        const items = this.take();
        if (items.length > 0 || this.caughtUp !== told) {
          told = this.caughtUp;
          yield items;
        } else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#ended) return;
        else if (closing.aborted) throw storeClosed();
        else if (!(await this.wait(silenceMs, closing)))
          throw new TimedOut(`nothing came for ${silenceMs} ms`);
        // What came with it would else be taken one by one, and each pass on through all who wait for a batch.
        else await turn();
      }
    } finally {
      this.close();
    }
  }

  /** Leaves the stream; the server is told. */
  close(): void {
    const left = this.stream.cancel?.() ?? this.stream.unsubscribe?.();
    left?.catch(() => undefined);
    this.stream.destroy();
  }
}
