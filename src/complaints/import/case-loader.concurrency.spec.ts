import { notComplied, upheldCase, upheldCases } from '../../../test/support/case-histories.js';
import { eventsOf, load, newStore } from '../../../test/support/case-loading.js';
import { BLABY, day } from '../../../test/support/complaints.js';
import type { EventStore, StreamAppend } from '../../event-store/event-store.js';

async function complaintEvents(store: EventStore): Promise<number> {
  let count = 0;
  for await (const { stream } of store.readAll()) if (stream.startsWith('complaint-')) count += 1;
  return count;
}

/** A store to which someone else writes just before the first append of a load. */
function withRival(store: EventStore, write: () => Promise<unknown>): EventStore {
  let pending = true;
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'appendBulk') {
        return async (appends: readonly StreamAppend[]) => {
          if (pending) await write();
          pending = false;
          return target.appendBulk(appends);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('loading cases while others write', () => {
  it('decides again on what they added to a case', async () => {
    const store = await newStore();
    const rival = withRival(store, () => load(store, [upheldCase(1)]));
    const result = await load(rival, [upheldCase(0), upheldCase(1, { checks: [notComplied('r1')] })]);
    expect(result).toMatchObject({ added: 1, extended: 1, events: 5, problems: [] });
    expect(await eventsOf(store, 1)).toHaveLength(5);
  });

  it('refuses a case that contradicts what they recorded', async () => {
    const store = await newStore();
    const other = { authority: BLABY.code, subject: 'Planning', receivedOn: day('2019-05-01') };
    const rival = withRival(store, () => load(store, [upheldCase(1, { received: other })]));
    expect(await load(rival, [upheldCase(1)])).toMatchObject({
      added: 0,
      refused: 1,
      problems: ['a case subject: the record has "Planning" here (19 000 001 not stored)'],
    });
  });

  it('stores and counts each case once when two loads run at the same time', async () => {
    const store = await newStore();
    const [one, two] = await Promise.all([load(store, upheldCases(60)), load(store, upheldCases(60))]);
    expect(one.added + two.added).toBe(60);
    expect(one.unchanged + two.unchanged).toBe(60);
    expect(await complaintEvents(store)).toBe(240);
  });
});
