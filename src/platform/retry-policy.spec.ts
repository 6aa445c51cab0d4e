import { setTimeout as pause } from 'node:timers/promises';
import { Backoff, retry, retryIteration, type RetryPolicy } from './retry-policy.js';

const TRANSIENT = new Error('no answer');
const isTransient = (error: unknown) => error === TRANSIENT;
const POLICY: RetryPolicy = { firstMs: 1, longestMs: 1, retries: 3, limitMs: 10_000 };
const options = { policy: POLICY, isTransient };

/** Fails `times` times, each time after `ms` milliseconds; then returns the number of failures it was given. */
function failing(times: number, ms = 0) {
  return async (failures: number) => {
    await pause(ms);
    if (failures < times) throw TRANSIENT;
    return failures;
  };
}

describe('retrying work', () => {
  it('tries again after each transient failure, and passes on how many there were', async () => {
    expect(await retry(failing(3), options)).toBe(3);
  });

  it('throws the last error when all retries have failed', async () => {
    await expect(retry(failing(4), options)).rejects.toBe(TRANSIENT);
  });

  it('counts the time limit from the first failure', async () => {
    const policy = { ...POLICY, limitMs: 20 };
    expect(await retry(failing(1, 30), { policy, isTransient })).toBe(1);
    await expect(retry(failing(2, 30), { policy, isTransient })).rejects.toBe(TRANSIENT);
  });

  it('does not try again after any other error', async () => {
    const defect = new Error('defect');
    let attempts = 0;
    const work = () => {
      attempts += 1;
      return Promise.reject(defect);
    };
    await expect(retry(work, options)).rejects.toBe(defect);
    expect(attempts).toBe(1);
  });

  it('ends with the reason of its signal, in the middle of a pause too', async () => {
    const closed = new Error('closed');
    const closing = new AbortController();
    const policy = { firstMs: 600_000, longestMs: 600_000 };
    const retrying = retry(failing(1), { policy, isTransient, signal: closing.signal });
    await pause(10);
    closing.abort(closed);
    await expect(retrying).rejects.toBe(closed);
    await expect(retry(failing(1), { ...options, signal: closing.signal })).rejects.toBe(closed);
  });
});

describe('retrying an iteration', () => {
  const itemsFailingBefore = (...failures: number[]) => {
    let next = 0;
    return async function* () {
      for (; next < 5; next += 1) {
        await pause(0);
        if (failures[0] === next) {
          failures.shift();
          throw TRANSIENT;
        }
        yield next;
      }
    };
  };

  it('continues after each failure, and allows all retries again after each item', async () => {
    const items: number[] = [];
    const open = itemsFailingBefore(0, 0, 0, 3, 3, 3);
    for await (const item of retryIteration(open, options)) {
      items.push(item);
    }
    expect(items).toEqual([0, 1, 2, 3, 4]);
  });

  it('throws the last error when retries fail without an item between them', async () => {
    const iteration = retryIteration(itemsFailingBefore(1, 1, 1, 1), options);
    expect(await iteration.next()).toEqual({ done: false, value: 0 });
    await expect(iteration.next()).rejects.toBe(TRANSIENT);
  });
});

describe('back-off', () => {
  const pauses = (policy: RetryPolicy, count: number) => {
    const backoff = new Backoff(policy);
    return Array.from({ length: count }, () => backoff.nextPauseMs());
  };

  it('doubles each pause up to the longest', () => {
    expect(pauses({ firstMs: 100, longestMs: 500 }, 5)).toEqual([100, 200, 400, 500, 500]);
    expect(pauses({ firstMs: 100, longestMs: 500 }, 3_000).at(-1)).toBe(500);
  });

  it('multiplies each pause by the factor, and ends after the last retry', () => {
    const policy = { firstMs: 50, longestMs: 1_000, factor: 3, retries: 4 };
    expect(pauses(policy, 5)).toEqual([50, 150, 450, 1_000, Infinity]);
  });

  it('with jitter takes any part of each pause', () => {
    const jittered = pauses({ firstMs: 100, longestMs: 100, jitter: true }, 200);
    expect(Math.min(...jittered)).toBeLessThan(20);
    expect(Math.max(...jittered)).toBeGreaterThan(80);
    expect(Math.max(...jittered)).toBeLessThanOrEqual(100);
  });

  it('counts failures since the last reset only', async () => {
    const backoff = new Backoff({ firstMs: 1, longestMs: 1, retries: 1 });
    expect(await backoff.wait()).toBe(true);
    backoff.reset();
    expect(backoff.failures).toBe(0);
    expect(await backoff.wait()).toBe(true);
    expect(await backoff.wait()).toBe(false);
  });

  it('ends a pause when its signal aborts', async () => {
    const backoff = new Backoff({ firstMs: 600_000, longestMs: 600_000 });
    expect(await backoff.wait(AbortSignal.abort())).toBe(true);
  });
});
