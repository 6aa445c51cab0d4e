import { notComplied, upheldCase, upheldCases } from '../../../test/support/case-histories.js';
import { eventsOf, load, LOADED_AT, newStore } from '../../../test/support/case-loading.js';
import { BLABY, day } from '../../../test/support/complaints.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { CaseHistory } from './case-history.js';

/** A store that counts the reads of complaint streams. */
function countingReads(store: EventStore) {
  const reads = { count: 0 };
  const counted = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name === 'readStream' && String(args[0]).startsWith('complaint-')) reads.count += 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { store: counted, reads };
}

describe('loading cases', () => {
  it('stores each new case whole, without reading its stream first', async () => {
    const { store, reads } = countingReads(await newStore());
    expect(await load(store, upheldCases(25))).toMatchObject({
      added: 25,
      events: 100,
      refused: 0,
      problems: [],
    });
    expect(reads.count).toBe(0);
    expect((await eventsOf(store, 24)).map(({ type }) => type)).toEqual([
      'ComplaintReceived',
      'DecisionRecorded',
      'FindingUpheld',
      'RecommendationMade',
    ]);
  });

  it('records the actor, the time and the load of each event', async () => {
    const store = await newStore();
    await load(store, upheldCases(2), { correlationId: 'import-7' });
    const [first] = await eventsOf(store, 0);
    const [second] = await eventsOf(store, 1);
    expect(first?.metadata).toMatchObject({
      actor: { id: 'officer-1', role: 'reporting-officer' },
      recordedAt: LOADED_AT.toISOString(),
      correlationId: 'import-7',
    });
    expect(second?.metadata.correlationId).toBe('import-7');
    expect(second?.metadata.command.id).not.toBe(first?.metadata.command.id);
  });

  it('stores nothing that is stored already, and counts it as known', async () => {
    const store = await newStore();
    const first = await load(store, upheldCases(25));
    const head = await store.head();
    expect(first.position).toBe(head);
    expect(await load(store, upheldCases(25))).toMatchObject({
      added: 0,
      extended: 0,
      unchanged: 25,
      events: 0,
      known: 75,
      position: null,
    });
    expect(await store.head()).toBe(head);
  });

  it('reads streams first once most cases have proved to be stored', async () => {
    const { store, reads } = countingReads(await newStore());
    await load(store, upheldCases(200));
    const appends = { tried: 0 };
    const observed = new Proxy(store, {
      get: (target, name) => {
        if (name === 'appendBulk') appends.tried += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
    await load(observed, upheldCases(200));
    expect(reads.count).toBe(200);
    expect(appends.tried).toBeLessThanOrEqual(2);
  });

  it('appends what is new of a stored case', async () => {
    const store = await newStore();
    await load(store, upheldCases(3));
    const monthly = [upheldCase(1, { checks: [notComplied('r1')] }), upheldCase(7)];
    expect(await load(store, monthly)).toMatchObject({ added: 1, extended: 1, events: 5, known: 3 });
    expect((await eventsOf(store, 1)).at(-1)).toMatchObject({ type: 'ComplianceChecked', revision: 4 });
  });

  it('decides on the recorded case, even when it assumed a new one', async () => {
    const store = await newStore();
    await load(store, [upheldCase(1)]);
    const withoutRecommendation = upheldCase(1, { recommendations: [], checks: [notComplied('r1')] });
    expect(await load(store, [withoutRecommendation])).toMatchObject({ extended: 1, problems: [] });
    const contradicting = upheldCase(1, { recommendations: [], checks: [notComplied('r9')] });
    expect(await load(store, [contradicting])).toMatchObject({ extended: 0, refused: 1 });
  });

  it('does not read the stream of a case of which no row could be read', async () => {
    const { store, reads } = countingReads(await newStore());
    const unread = { reference: upheldCase(1).reference, recommendations: [], checks: [], incomplete: true };
    expect(await load(store, [unread])).toMatchObject({ refused: 1, problems: [] });
    expect(reads.count).toBe(0);
  });

  it('stores the cases beside a refused one', async () => {
    const store = await newStore();
    const late = { authority: BLABY.code, subject: 'Housing', receivedOn: day('2020-04-21') };
    const result = await load(store, [upheldCase(1), upheldCase(2, { received: late }), upheldCase(3)]);
    expect(result).toMatchObject({ added: 2, refused: 1 });
    expect(result.problems).toEqual([
      'a case received_on: 2020-04-21 is after today (19 000 002 not stored)',
      'a case decided_on: 2019-09-02 is before the complaint was received, 2020-04-21 (19 000 002 not stored)',
    ]);
    await expect(eventsOf(store, 2)).rejects.toThrow('there is no stream');
  });

  it('uses the date in the United Kingdom, which is ahead of UTC on summer nights', async () => {
    const today = { authority: BLABY.code, subject: 'Housing', receivedOn: day('2020-04-21') };
    const history: CaseHistory = {
      ...upheldCase(1),
      received: today,
      decision: undefined,
      recommendations: [],
    };
    const clock = () => new Date('2020-04-20T23:30:00Z');
    expect(await load(await newStore(), [history], { clock })).toMatchObject({ added: 1 });
  });

  it('stores nothing in a dry run, and counts what would be stored', async () => {
    const store = await newStore();
    await load(store, upheldCases(2));
    const head = await store.head();
    const monthly = [...upheldCases(4), upheldCase(1, { checks: [notComplied('r1')] })];
    expect(await load(store, monthly, { dryRun: true })).toMatchObject({
      added: 2,
      extended: 1,
      unchanged: 2,
      events: 9,
      position: null,
    });
    expect(await store.head()).toBe(head);
  });

  it('begins no batch once it is aborted, and completes when run again', async () => {
    const store = await newStore();
    const controller = new AbortController();
    const onBatch = () => {
      controller.abort();
    };
    const { added } = await load(store, upheldCases(50), { signal: controller.signal, onBatch });
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(50);
    expect(await load(store, upheldCases(50))).toMatchObject({ added: 50 - added, unchanged: added });
  });
});
