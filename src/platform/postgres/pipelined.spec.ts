import { pipelined } from './pipelined.js';

/** A promise that the test settles. */
function unsettled() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((keep, breaks) => {
    resolve = keep;
    reject = breaks;
  });
  return { promise, resolve, reject };
}

describe('pipelined statements', () => {
  it('are done when all of them are', async () => {
    const [one, two] = [unsettled(), unsettled()];
    let done = false;
    const all = pipelined([one.promise, two.promise]).then(() => (done = true));
    two.resolve();
    await new Promise(setImmediate);
    expect(done).toBe(false);
    one.resolve();
    await all;
    await expect(pipelined([])).resolves.toEqual([]);
  });

  it('are answered in the order in which they were sent', async () => {
    const late = new Promise<number>((resolve) => setImmediate(resolve, 1));
    expect(await pipelined([late, Promise.resolve('two')])).toEqual([1, 'two']);
  });

  it('fail with the error of the first that failed, whichever error arrives first, once the last is answered', async () => {
    const [one, two, three] = [unsettled(), unsettled(), unsettled()];
    let failed: unknown;
    const all = pipelined([one.promise, two.promise, three.promise]).catch((error: unknown) => {
      failed = error;
    });
    two.reject(new Error('refused because of the first error'));
    one.reject(new Error('the first error'));
    await new Promise(setImmediate);
    expect(failed).toBeUndefined();
    three.resolve();
    await all;
    expect(failed).toEqual(new Error('the first error'));
  });
});
