/**
 * Wakes readers that wait at the head of the log. It counts notifications, so that a reader misses none that comes
 * between its last read and its wait.
 */
export class AppendSignal {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** Notifications so far. Take it before reading, and pass it to {@link waitSince}. */
  get count(): number {
    return this.#count;
  }

  /** Says that events may have been appended. */
  notify(): void {
    this.#count += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves after the first notification since `count`, after `ms` milliseconds, or on abort. Never rejects. */
  waitSince(count: number, ms: number, signal: AbortSignal): Promise<void> {
    if (count !== this.#count || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
