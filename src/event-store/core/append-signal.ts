/**
 * Tells readers that wait at the head of the log that there may be more. A count rather than an event: what
 * comes between a look at the log and the wait for more is not missed.
 */
export class AppendSignal {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** Changes with every announcement. */
  get count(): number {
    return this.#count;
  }

  notify(): void {
    this.#count += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves once there is news since `count`, after `ms` milliseconds, or on abort; never rejects. */
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
