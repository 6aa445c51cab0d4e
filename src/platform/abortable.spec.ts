import { abortable } from './abortable.js';

describe('abortable work', () => {
  it('gives its result, or fails with its error, when it settles before the signal aborts', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve('done'), signal)).toBe('done');
    await expect(abortable(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
  });

  it('is left as soon as the signal aborts, and its later failure is ignored', async () => {
    const controller = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise((_, reject) => {
      fail = reject;
    });
    const result = abortable(work, controller.signal);
    controller.abort();
    expect(await result).toBe('aborted');
    fail(new Error('too late to matter'));
    await expect(work).rejects.toThrow('too late');
  });

  it('is left at once when the signal is aborted already', async () => {
    expect(await abortable(new Promise(() => undefined), AbortSignal.abort())).toBe('aborted');
  });
});
