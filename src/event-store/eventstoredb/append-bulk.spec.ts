import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ValidatedAppend } from '../core/append-validation.js';
import { START } from '../position.js';
import { BulkAppends } from './append-bulk.js';

const appendTo = (stream: string): ValidatedAppend => ({ stream, expected: 'any', events: [], bytes: 0 });
const bulkOf = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => appendTo(`${name}-${index}`));
const appended = { revision: 0, position: START };

describe('bulks of appends to EventStoreDB', () => {
  it('share one limit of appends under way', async () => {
    let underWay = 0;
    let most = 0;
    const bulks = new BulkAppends(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await nextTurn();
      underWay -= 1;
      return appended;
    });
    const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => bulks.store(bulkOf(400, name))));
    expect(outcomes.map((one) => one.length)).toEqual([400, 400, 400]);
    expect(most).toBe(512);
  });

  it('write the appends of one stream one after another, in the order given', async () => {
    const log: string[] = [];
    const bulks = new BulkAppends(async ({ stream, bytes }) => {
      log.push(`${stream} ${bytes} begins`);
      await nextTurn();
      log.push(`${stream} ${bytes} ends`);
      return appended;
    });
    await bulks.store([1, 2, 3].map((bytes) => ({ ...appendTo('a'), bytes })));
    expect(log).toEqual([1, 2, 3].flatMap((number) => [`a ${number} begins`, `a ${number} ends`]));
  });

  it('begin no append after a failed one, and wait for those under way; other bulks are not affected', async () => {
    const begun: string[] = [];
    const ended: string[] = [];
    const bulks = new BulkAppends(async ({ stream }) => {
      begun.push(stream);
      if (stream === 'a-0') throw new Error('no answer');
      await nextTurn();
      ended.push(stream);
      return appended;
    });
    const [failed, other] = await Promise.allSettled([
      bulks.store(bulkOf(1_000, 'a')).finally(() => {
        expect(ended).toHaveLength(511);
      }),
      bulks.store(bulkOf(3, 'b')),
    ]);
    expect(failed).toMatchObject({ status: 'rejected', reason: new Error('no answer') });
    expect(begun.filter((stream) => stream.startsWith('a'))).toHaveLength(512);
    expect(other).toMatchObject({ status: 'fulfilled', value: [appended, appended, appended] });
  });
});
