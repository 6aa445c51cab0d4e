import { settleWithin, TimedOut, withTimeout } from './timeout.js';

/** Far longer than a test may take. */
const LONG = 3_600_000;

it('settleWithin waits for work, whether it succeeds or fails', async () => {
  let done = false;
  const work = async () => {
    await Promise.resolve();
    done = true;
  };
  await settleWithin(LONG, work());
  expect(done).toBe(true);
  await expect(settleWithin(LONG, Promise.reject(new Error('away')))).resolves.toBeUndefined();
});

it('settleWithin stops waiting for work that does not end, and ignores its later failure', async () => {
  let fail: (why: Error) => void = () => undefined;
  const work = new Promise((_, reject) => {
    fail = reject;
  });
  await settleWithin(10, work);
  fail(new Error('too late to matter'));
  await expect(work).rejects.toThrow('too late');
});

it('withTimeout passes on an answer or an error that comes in time', async () => {
  expect(await withTimeout(LONG, Promise.resolve('here'))).toBe('here');
  const failure = new Error('away');
  await expect(withTimeout(LONG, Promise.reject(failure))).rejects.toBe(failure);
});

it('withTimeout fails with TimedOut when no answer comes in time', async () => {
  const never = withTimeout(10, new Promise(() => undefined));
  await expect(never).rejects.toThrow(new TimedOut('no answer within 0.01 s'));
  await expect(never).rejects.toBeInstanceOf(TimedOut);
});
