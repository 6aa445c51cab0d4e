import { setTimeout as pause } from 'node:timers/promises';

/** When failed work is tried again. All times are in milliseconds. */
export type RetryPolicy = Readonly<{
  /** Pause after the first failure. */
  firstMs: number;
  /** Longest pause. */
  longestMs: number;
  /** How many times as long each pause is as the one before it; 2 by default. */
  factor?: number;
  /** Shortens each pause by chance, down to nothing, so that competitors do not retry at the same moment. */
  jitter?: boolean;
  /** Most attempts after the first; unlimited by default. */
  retries?: number;
  /** How long after the first failure another attempt may begin; unlimited by default. */
  limitMs?: number;
}>;

/** How work is retried. */
export type RetryOptions = Readonly<{
  policy: RetryPolicy;
  /** Whether the same attempt may succeed later. Any other error ends the retries. */
  isTransient: (error: unknown) => boolean;
  /** Ends the retries when aborted; the error thrown is the signal's reason. */
  signal?: AbortSignal | undefined;
}>;

/** The pause after `failures` failures in a row, at least 1, in milliseconds. Ignores the limits of the policy. */
export function pauseMs(policy: RetryPolicy, failures: number): number {
  const { firstMs, longestMs, factor = 2, jitter = false } = policy;
  const longest = Math.min(firstMs * factor ** (failures - 1), longestMs);
  return jitter ? Math.random() * longest : longest;
}

/** Counts failures in a row and waits after each. Loops that never end use it directly. */
export class Backoff {
  #failures = 0;
  #deadline: number | undefined;

  constructor(private readonly policy: RetryPolicy) {}

  /** Failures since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** Starts again with the first pause, after a success. */
  reset(): void {
    this.#failures = 0;
    this.#deadline = undefined;
  }

  /** Counts a failure. Returns the pause before the next attempt, Infinity when the policy allows none. */
  nextPauseMs(): number {
    const { retries = Infinity, limitMs = Infinity } = this.policy;
    const now = performance.now();
    this.#deadline ??= now + limitMs;
    this.#failures += 1;
    const ms = pauseMs(this.policy, this.#failures);
    return this.#failures > retries || now + ms > this.#deadline ? Infinity : ms;
  }

  /**
   * Counts a failure and waits for the next attempt, or until `signal` aborts.
   * @returns whether the policy allows another attempt; false at once if it does not.
   */
  async wait(signal?: AbortSignal): Promise<boolean> {
    const ms = this.nextPauseMs();
    if (ms === Infinity) return false;
    await pause(ms, undefined, { signal }).catch(() => undefined);
    return true;
  }
}

/**
 * Tries work until it succeeds. The work must be safe to repeat.
 * @param work is given the number of failures before it.
 * @throws the last error when the policy allows no further attempt; any error that is not transient; the signal's
 *   reason when it aborts before another attempt.
 */
export async function retry<T>(work: (failures: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const backoff = new Backoff(options.policy);
  for (;;) {
    try {
      return await work(backoff.failures);
    } catch (error) {
      await waitAfter(error, backoff, options);
    }
  }
}

/**
 * Yields what `open` yields, and opens again after a transient failure. `open` must continue after the last item
 * yielded. Each item resets the policy.
 * @throws as {@link retry}.
 */
export async function* retryIteration<T>(
  open: () => AsyncIterable<T>,
  options: RetryOptions,
): AsyncGenerator<T> {
  const backoff = new Backoff(options.policy);
  for (;;) {
    try {
      for await (const item of open()) {
        backoff.reset();
        yield item;
      }
      return;
    } catch (error) {
      await waitAfter(error, backoff, options);
    }
  }
}

async function waitAfter(
  error: unknown,
  backoff: Backoff,
  { isTransient, signal }: RetryOptions,
): Promise<void> {
  if (!isTransient(error)) throw error;
  signal?.throwIfAborted();
  if (!(await backoff.wait(signal))) throw error;
  signal?.throwIfAborted();
}
