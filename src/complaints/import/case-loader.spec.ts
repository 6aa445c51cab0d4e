import { BLABY, day } from '../../../test/support/complaints.js';
import { AuthorityRegister } from '../../authorities/authority-register.js';
import { loadRegister } from '../../authorities/load-register.js';
import type { EventStore, StreamAppend } from '../../event-store/event-store.js';
import { MemoryEventStore } from '../../event-store/memory/memory-event-store.js';
import { CaseReferenceSchema } from '../case-reference.js';
import { MAX_CHECKS, MAX_RECOMMENDATIONS } from '../complaint.decide.js';
import type { CaseHistory } from './case-history.js';
import { loadCases, type LoadOptions } from './case-loader.js';
import { problemLine } from './import-report.js';

const NOW = new Date('2020-04-20T10:00:00Z');

function upheldCase(number: number, over: Partial<CaseHistory> = {}): CaseHistory {
  return {
    reference: CaseReferenceSchema.parse(String(19_000_000 + number)),
    received: { authority: BLABY.code, subject: 'Housing', receivedOn: day('2019-05-01') },
    decision: {
      outcome: 'upheld',
      decidedOn: day('2019-09-02'),
      finding: { injustice: true, remedy: 'recommended' },
    },
    recommendations: [
      {
        recommendation: 'r1',
        kind: 'personal',
        category: 'Apology',
        text: 'Apologise.',
        dueOn: day('2019-12-02'),
      },
    ],
    checks: [],
    ...over,
  };
}

const check = (recommendation: string, checkedOn = '2020-01-10'): CaseHistory['checks'][number] => ({
  recommendation,
  result: 'not-complied',
  checkedOn: day(checkedOn),
});

const cases = (count: number, over: Partial<CaseHistory> = {}) =>
  Array.from({ length: count }, (_, index) => upheldCase(index, over));

async function newStore(): Promise<EventStore> {
  const store = new MemoryEventStore();
  await loadRegister(store, NOW);
  return store;
}

async function load(store: EventStore, caseFiles: readonly CaseHistory[], over: Partial<LoadOptions> = {}) {
  const problems: string[] = [];
  const { cases: counted, ...counts } = await loadCases(caseFiles, {
    store,
    register: new AuthorityRegister(store),
    clock: () => NOW,
    actor: { id: 'officer-1', role: 'reporting-officer' },
    pageSize: 10,
    onProblems: (found) => {
      problems.push(...found.map(problemLine));
    },
    ...over,
  });
  return { ...counted, ...counts, problems };
}

async function eventsOf(store: EventStore, number: number) {
  const events = [];
  for await (const event of store.readStream(`complaint-${19_000_000 + number}`)) events.push(event);
  return events;
}

async function complaintEvents(store: EventStore): Promise<number> {
  let count = 0;
  for await (const { stream } of store.readAll()) if (stream.startsWith('complaint-')) count += 1;
  return count;
}

/** A store in which someone else writes just before the first append of a load. */
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

/** A store that counts how often streams of complaints are read. */
function counting(store: EventStore) {
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
  it('stores each new case whole, without reading anything of it first', async () => {
    const { store, reads } = counting(await newStore());
    expect(await load(store, cases(25))).toMatchObject({ added: 25, events: 100, refused: 0, problems: [] });
    expect(reads.count).toBe(0);
    expect((await eventsOf(store, 24)).map(({ type }) => type)).toEqual([
      'ComplaintReceived',
      'DecisionRecorded',
      'FindingUpheld',
      'RecommendationMade',
    ]);
  });

  it('records in whose name, when and by which load', async () => {
    const store = await newStore();
    await load(store, cases(2), { correlationId: 'import-7' });
    const [first] = await eventsOf(store, 0);
    const [second] = await eventsOf(store, 1);
    expect(first?.metadata).toMatchObject({
      actor: { id: 'officer-1', role: 'reporting-officer' },
      recordedAt: NOW.toISOString(),
      correlationId: 'import-7',
    });
    expect(second?.metadata.correlationId).toBe('import-7');
    expect(second?.metadata.command.id).not.toBe(first?.metadata.command.id);
  });

  it('stores nothing of what is stored already, and says so', async () => {
    const store = await newStore();
    const first = await load(store, cases(25));
    const head = await store.head();
    expect(first.position).toBe(head);
    expect(await load(store, cases(25))).toMatchObject({
      added: 0,
      extended: 0,
      unchanged: 25,
      events: 0,
      known: 75,
      position: null,
    });
    expect(await store.head()).toBe(head);
  });

  it('soon reads at once where most cases prove to be stored', async () => {
    const { store, reads } = counting(await newStore());
    await load(store, cases(200));
    const appends = { tried: 0 };
    const observed = new Proxy(store, {
      get: (target, name) => {
        if (name === 'appendBulk') appends.tried += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
    await load(observed, cases(200));
    expect(reads.count).toBe(200);
    expect(appends.tried).toBeLessThanOrEqual(2);
  });

  it('appends what is new about a stored case', async () => {
    const store = await newStore();
    await load(store, cases(3));
    const monthly = [upheldCase(1, { checks: [check('r1')] }), upheldCase(7)];
    expect(await load(store, monthly)).toMatchObject({ added: 1, extended: 1, events: 5, known: 3 });
    expect((await eventsOf(store, 1)).at(-1)).toMatchObject({ type: 'ComplianceChecked', revision: 4 });
  });

  it('decides upon the record, not upon what it took a case for', async () => {
    const store = await newStore();
    await load(store, [upheldCase(1)]);
    const withoutRecommendation = upheldCase(1, { recommendations: [], checks: [check('r1')] });
    expect(await load(store, [withoutRecommendation])).toMatchObject({ extended: 1, problems: [] });
    const contradicting = upheldCase(1, { recommendations: [], checks: [check('r9')] });
    expect(await load(store, [contradicting])).toMatchObject({ extended: 0, refused: 1 });
  });

  it('reads nothing of a case of which no line could be read', async () => {
    const { store, reads } = counting(await newStore());
    const unread = { reference: upheldCase(1).reference, recommendations: [], checks: [], incomplete: true };
    expect(await load(store, [unread])).toMatchObject({ refused: 1, problems: [] });
    expect(reads.count).toBe(0);
  });

  it('lets a refused case keep no other out', async () => {
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

  it('goes by the date in the United Kingdom, where summer nights are a day ahead of UTC', async () => {
    const today = { authority: BLABY.code, subject: 'Housing', receivedOn: day('2020-04-21') };
    const caseFile: CaseHistory = {
      ...upheldCase(1),
      received: today,
      decision: undefined,
      recommendations: [],
    };
    const clock = () => new Date('2020-04-20T23:30:00Z');
    expect(await load(await newStore(), [caseFile], { clock })).toMatchObject({ added: 1 });
  });

  it('changes nothing in a dry run, and says what would be stored', async () => {
    const store = await newStore();
    await load(store, cases(2));
    const head = await store.head();
    const monthly = [...cases(4), upheldCase(1, { checks: [check('r1')] })];
    expect(await load(store, monthly, { dryRun: true })).toMatchObject({
      added: 2,
      extended: 1,
      unchanged: 2,
      events: 9,
      position: null,
    });
    expect(await store.head()).toBe(head);
  });

  it('begins no page once it is aborted, and completes when run again', async () => {
    const store = await newStore();
    const controller = new AbortController();
    const onPage = () => {
      controller.abort();
    };
    const { added } = await load(store, cases(50), { signal: controller.signal, onPage });
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(50);
    expect(await load(store, cases(50))).toMatchObject({ added: 50 - added, unchanged: added });
  });

  it('leaves out a case too large for one append, and only that', async () => {
    const evidence = '€'.repeat(2_000);
    const checks = Array.from({ length: 20 }, (_, index) => index + 10).flatMap((date) =>
      Array.from({ length: 10 }, (_, index) => ({ ...check(`r${index + 1}`, `2020-01-${date}`), evidence })),
    );
    const recommendations = Array.from({ length: 10 }, (_, index) => ({
      recommendation: `r${index + 1}`,
      kind: 'personal' as const,
      category: 'Apology',
      text: 'Apologise.',
      dueOn: day('2019-12-02'),
    }));
    const store = await newStore();
    const result = await load(store, [
      upheldCase(1),
      upheldCase(2, { recommendations, checks }),
      upheldCase(3),
    ]);
    expect(result).toMatchObject({ added: 2, refused: 1 });
    expect(result.problems).toEqual([
      'a case: an append to complaint-19000002 is larger than 1000000 bytes (19 000 002 not stored)',
    ]);
  });
});

describe('the largest case the rules allow', () => {
  const ids = Array.from({ length: MAX_RECOMMENDATIONS }, (_, index) => `recommendation-${index + 1}`);
  const dates = Array.from({ length: MAX_CHECKS }, (_, index) => `2020-01-${index + 10}`);
  const largest = {
    recommendations: ids.map((recommendation) => ({
      recommendation,
      kind: 'service-improvement' as const,
      category: 'x'.repeat(200),
      // A quotation mark takes two bytes of JSON.
      text: '"'.repeat(2_000),
      dueOn: day('2019-12-02'),
    })),
    checks: ids.flatMap((id) => dates.map((date) => check(id, date))),
  };

  it('fits one append', async () => {
    expect(await load(await newStore(), [upheldCase(1, largest)])).toMatchObject({
      added: 1,
      events: 3 + MAX_RECOMMENDATIONS * (1 + MAX_CHECKS),
      problems: [],
    });
  });

  it('comes in pages of few', async () => {
    let pages = 0;
    const onPage = () => {
      pages += 1;
    };
    await load(await newStore(), cases(6, largest), { pageSize: 500, onPage });
    expect(pages).toBe(6);
  });
});

describe('while others write', () => {
  it('takes in what they added to the case meanwhile', async () => {
    const store = await newStore();
    const rival = withRival(store, () => load(store, [upheldCase(1)]));
    const result = await load(rival, [upheldCase(0), upheldCase(1, { checks: [check('r1')] })]);
    expect(result).toMatchObject({ added: 1, extended: 1, events: 5, problems: [] });
    expect(await eventsOf(store, 1)).toHaveLength(5);
  });

  it('refuses what contradicts them', async () => {
    const store = await newStore();
    const other = { authority: BLABY.code, subject: 'Planning', receivedOn: day('2019-05-01') };
    const rival = withRival(store, () => load(store, [upheldCase(1, { received: other })]));
    expect(await load(rival, [upheldCase(1)])).toMatchObject({
      added: 0,
      refused: 1,
      problems: ['a case subject: the record has "Planning" here (19 000 001 not stored)'],
    });
  });

  it('stores each case once between two loads at the same time, and counts it once', async () => {
    const store = await newStore();
    const [one, two] = await Promise.all([load(store, cases(60)), load(store, cases(60))]);
    expect(one.added + two.added).toBe(60);
    expect(one.unchanged + two.unchanged).toBe(60);
    expect(await complaintEvents(store)).toBe(240);
  });
});
