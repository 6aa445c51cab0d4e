import { pipelined } from './pipelined.js';

/** A promise to be settled by hand. */
function open() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((keep, breaks) => {
    resolve = keep;
    reject = breaks;
  });
  return { promise, resolve, reject };
}

describe('statements sent together', () => {
  it('are done when all are', async () => {
    const [one, two] = [open(), open()];
    let done = false;
    const all = pipelined([one.promise, two.promise]).then(() => (done = true));
    two.resolve();
    await new Promise(setImmediate);
    expect(done).toBe(false);
    one.resolve();
    await all;
    await expect(pipelined([])).resolves.toEqual([]);
  });

  it('have their answers in the order in which they were sent', async () => {
    const late = new Promise<number>((resolve) => setImmediate(resolve, 1));
    expect(await pipelined([late, Promise.resolve('two')])).toEqual([1, 'two']);
  });

  it('fail with what the first of them failed with, whichever is told first, but not before the last has its answer', async () => {
    const [one, two, three] = [open(), open(), open()];
    let failed: unknown;
    const all = pipelined([one.promise, two.promise, three.promise]).catch((error: unknown) => {
      failed = error;
    });
    two.reject(new Error('refused for that alone'));
    one.reject(new Error('the fault'));
    await new Promise(setImmediate);
    expect(failed).toBeUndefined();
    three.resolve();
    await all;
    expect(failed).toEqual(new Error('the fault'));
  });
});
