import { setTimeout as pause } from 'node:timers/promises';
import { eventWith, sampleEvents } from '../../../test/support/sample-events.js';
import { Unavailable } from '../../platform/errors.js';
import { validateAppend, type ValidatedAppend } from '../core/append-validation.js';
import { RevisionConflict } from '../event-store.errors.js';
import type { AppendOutcome } from '../event-store.js';
import { position } from '../position.js';
import { AppendQueue } from './append-queue.js';

const DONE: AppendOutcome = { revision: 0, position: position(1n) };
const append = (stream: string, events = 1): ValidatedAppend =>
  validateAppend({ stream, expected: 'any', events: sampleEvents(events) });

describe('waiting appends', () => {
  it('that come in one turn go together, and those that come meanwhile go next', async () => {
    const batches: string[][] = [];
    const queue = new AppendQueue(async (batch) => {
      batches.push(batch.map(({ stream }) => stream));
      if (batches.length === 1) meanwhile.push(queue.add(append('c')), queue.add(append('d')));
      await pause(5);
      return batch.map(() => DONE);
    });
    const meanwhile: Promise<AppendOutcome>[] = [];
    await Promise.all([queue.add(append('a')), queue.add(append('b'))]);
    await Promise.all(meanwhile);
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('are cut into batches of a bounded number of events, never within an append', async () => {
    const sizes: number[][] = [];
    const queue = new AppendQueue((batch) => {
      sizes.push(batch.map(({ events }) => events.length));
      return Promise.resolve(batch.map(() => DONE));
    });
    await Promise.all([800, 800, 600, 2_100, 1].map((events) => queue.add(append('a', events))));
    expect(sizes).toEqual([[800, 800], [600], [2_100], [1]]);
  });

  it('are cut into batches of a bounded number of bytes likewise', async () => {
    const batches: string[][] = [];
    const queue = new AppendQueue((batch) => {
      batches.push(batch.map(({ stream }) => stream));
      return Promise.resolve(batch.map(() => DONE));
    });
    const large = eventWith({ text: 'x'.repeat(900_000) });
    const appends = ['a', 'b', 'c', 'd', 'e'].map((stream) =>
      queue.add(validateAppend({ stream, expected: 'any', events: [large] })),
    );
    await Promise.all(appends);
    expect(batches).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  });

  it('have each its own outcome', async () => {
    const conflict = new RevisionConflict('b', 1, 2);
    const queue = new AppendQueue((batch) =>
      Promise.resolve(batch.map(({ stream }) => (stream === 'b' ? conflict : DONE))),
    );
    const outcomes = await Promise.all(['a', 'b', 'c'].map((stream) => queue.add(append(stream))));
    expect(outcomes).toEqual([DONE, conflict, DONE]);
  });

  it('are all refused when the server does not answer, and later ones are tried anew', async () => {
    let up = false;
    let flushes = 0;
    const queue = new AppendQueue((batch) => {
      flushes += 1;
      return up ? Promise.resolve(batch.map(() => DONE)) : Promise.reject(new Unavailable('down', 'down'));
    });
    const refused = await Promise.allSettled(
      [1_800, 1_800, 1_800].map((events) => queue.add(append('a', events))),
    );
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(flushes).toBe(1);
    up = true;
    expect(await queue.add(append('a'))).toEqual(DONE);
  });

  it('are refused with their batch only when it fails for a reason of its own', async () => {
    const queue = new AppendQueue((batch) =>
      batch.some(({ stream }) => stream === 'bad')
        ? Promise.reject(new Error('defect'))
        : Promise.resolve(batch.map(() => DONE)),
    );
    const bad = queue.add(append('bad', 1_800));
    const good = queue.add(append('good', 1_800));
    await expect(bad).rejects.toThrow('defect');
    expect(await good).toEqual(DONE);
  });

  it('are settled when the queue is', async () => {
    const queue = new AppendQueue(async (batch) => {
      await pause(5);
      return batch.map(() => DONE);
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
