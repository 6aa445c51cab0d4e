import { setImmediate as nextTurn } from 'node:timers/promises';
import { KeyedMutex } from './keyed-mutex.js';

describe('a keyed mutex', () => {
  const logged = (log: string[], name: string) => async () => {
    log.push(`${name} begins`);
    await nextTurn();
    log.push(`${name} ends`);
    return name;
  };

  it('runs work of one key one at a time, in the order given', async () => {
    const mutex = new KeyedMutex();
    const log: string[] = [];
    const results = ['1', '2', '3'].map((name) => mutex.run('key', logged(log, name)));
    expect(await Promise.all(results)).toEqual(['1', '2', '3']);
    expect(log).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });

  it('runs work of different keys concurrently', async () => {
    const mutex = new KeyedMutex();
    const log: string[] = [];
    await Promise.all(['a', 'b'].map((key) => mutex.run(key, logged(log, key))));
    expect(log).toEqual(['a begins', 'b begins', 'a ends', 'b ends']);
  });

  it('rejects with the error of the work, and runs the next all the same', async () => {
    const mutex = new KeyedMutex();
    const failing = mutex.run('key', () => Promise.reject(new Error('failed')));
    const next = mutex.run('key', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('done');
  });
});
