import { setTimeout as pause } from 'node:timers/promises';
import { eventWith, sampleEvents } from '../../../test/support/sample-events.js';
import { Unavailable } from '../../platform/errors.js';
import { validateAppend, type ValidatedAppend } from '../core/append-validation.js';
import { RevisionConflict } from '../event-store.errors.js';
import type { AppendOutcome } from '../event-store.js';
import { position } from '../position.js';
import { AppendQueue } from './append-queue.js';

const STORED: AppendOutcome = { revision: 0, position: position(1n) };
const append = (stream: string, events = 1): ValidatedAppend =>
  validateAppend({ stream, expected: 'any', events: sampleEvents(events) });

describe('the append queue', () => {
  it('stores appends of one turn as one batch, and those that arrive meanwhile as the next', async () => {
    const batches: string[][] = [];
    const queue = new AppendQueue(async (batch) => {
      batches.push(batch.map(({ stream }) => stream));
      if (batches.length === 1) meanwhile.push(queue.add(append('c')), queue.add(append('d')));
      await pause(5);
      return batch.map(() => STORED);
    });
    const meanwhile: Promise<AppendOutcome>[] = [];
    await Promise.all([queue.add(append('a')), queue.add(append('b'))]);
    await Promise.all(meanwhile);
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('limits the events of a batch, and never splits an append', async () => {
    const sizes: number[][] = [];
    const queue = new AppendQueue((batch) => {
      sizes.push(batch.map(({ events }) => events.length));
      return Promise.resolve(batch.map(() => STORED));
    });
    await Promise.all([800, 800, 600, 2_100, 1].map((events) => queue.add(append('a', events))));
    expect(sizes).toEqual([[800, 800], [600], [2_100], [1]]);
  });

  it('limits the bytes of a batch in the same way', async () => {
    const batches: string[][] = [];
    const queue = new AppendQueue((batch) => {
      batches.push(batch.map(({ stream }) => stream));
      return Promise.resolve(batch.map(() => STORED));
    });
    const large = eventWith({ text: 'x'.repeat(900_000) });
    const appends = ['a', 'b', 'c', 'd', 'e'].map((stream) =>
      queue.add(validateAppend({ stream, expected: 'any', events: [large] })),
    );
    await Promise.all(appends);
    expect(batches).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  });

  it('gives each append its own outcome', async () => {
    const conflict = new RevisionConflict('b', 1, 2);
    const queue = new AppendQueue((batch) =>
      Promise.resolve(batch.map(({ stream }) => (stream === 'b' ? conflict : STORED))),
    );
    const outcomes = await Promise.all(['a', 'b', 'c'].map((stream) => queue.add(append(stream))));
    expect(outcomes).toEqual([STORED, conflict, STORED]);
  });

  it('fails all pending appends when the server does not answer, and tries later ones again', async () => {
    let up = false;
    let batches = 0;
    const queue = new AppendQueue((batch) => {
      batches += 1;
      return up ? Promise.resolve(batch.map(() => STORED)) : Promise.reject(new Unavailable('down', 'down'));
    });
    const failed = await Promise.allSettled(
      [1_800, 1_800, 1_800].map((events) => queue.add(append('a', events))),
    );
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(batches).toBe(1);
    up = true;
    expect(await queue.add(append('a'))).toEqual(STORED);
  });

  it('fails only the appends of one batch when that batch causes the error', async () => {
    const queue = new AppendQueue((batch) =>
      batch.some(({ stream }) => stream === 'bad')
        ? Promise.reject(new Error('defect'))
        : Promise.resolve(batch.map(() => STORED)),
    );
    const bad = queue.add(append('bad', 1_800));
    const good = queue.add(append('good', 1_800));
    await expect(bad).rejects.toThrow('defect');
    expect(await good).toEqual(STORED);
  });

  it('is settled when all its appends have their outcomes', async () => {
    const queue = new AppendQueue(async (batch) => {
      await pause(5);
      return batch.map(() => STORED);
    });
    let answered = 0;
    const appends = [1_600, 1_600].map((events) =>
      queue.add(append('a', events)).then(() => (answered += 1)),
    );
    await queue.settled();
    expect(answered).toBe(2);
    await Promise.all(appends);
    await queue.settled();
  });
});
