import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from './errors.js';
import { RetryAttempts, retryOnOutage, type RetryPolicy } from './retry-policy.js';

const OUT = new Error('out');
const isOutage = (error: unknown) => error === OUT;

/** Fails so many times, after so many milliseconds each; answers with how many it was told of. */
function failing(times: number, ms = 0) {
  return async (failures: number) => {
    await pause(ms);
    if (failures < times) throw OUT;
    return failures;
  };
}

const PATIENT: RetryPolicy = { pauses: [1, 1, 1], limit: 10_000 };

describe('what a store is asked despite outages', () => {
  it('is asked again after each, and told how many there were', async () => {
    expect(await retryOnOutage(failing(3), PATIENT, isOutage)).toBe(3);
  });

  it('is unavailable when there are more than pauses, with what was said last', async () => {
    const asked = retryOnOutage(failing(4), PATIENT, isOutage);
    await expect(asked).rejects.toBeInstanceOf(Unavailable);
    await expect(asked).rejects.toMatchObject({
      code: 'event-store-unavailable',
      message: 'the event log does not answer: out',
      cause: OUT,
    });
  });

  it('is asked again even if the first answer took longer to fail than patience lasts', async () => {
    expect(await retryOnOutage(failing(1, 30), { pauses: [1, 1], limit: 20 }, isOutage)).toBe(1);
    const late = retryOnOutage(failing(2, 30), { pauses: [1, 1], limit: 20 }, isOutage);
    await expect(late).rejects.toBeInstanceOf(Unavailable);
  });

  it('is not asked again after anything else', async () => {
    const refusal = new Unavailable('event-store-closed', 'closed');
    await expect(retryOnOutage(() => Promise.reject(refusal), PATIENT, isOutage)).rejects.toBe(refusal);
  });
});

it('counts failures since the last success only', async () => {
  const attempts = new RetryAttempts({ pauses: [1], limit: 10_000 }, isOutage);
  await attempts.failed(OUT);
  attempts.succeeded();
  expect(attempts.failures).toBe(0);
  await attempts.failed(OUT);
  await expect(attempts.failed(OUT)).rejects.toBeInstanceOf(Unavailable);
});
