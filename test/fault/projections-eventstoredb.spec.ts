import { commandContext } from '../../src/event-sourcing/command-context.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { AdvisoryLockLease } from '../../src/platform/postgres/advisory-lock-lease.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { processorLease } from '../../src/projections/processor.js';
import { rebuild, type RebuildOptions } from '../../src/projections/rebuild/rebuild.js';
import { skipEvent } from '../../src/projections/stopped-projection.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { eventWith, sampleEvents } from '../support/sample-events.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import type { ReadFault } from '../support/fake-eventstoredb/faults.js';
import { ProjectedEventStoreDb } from '../support/projected-eventstoredb.js';
import { Listing, until } from '../support/projections.js';

/** How long a projector may take to catch up with the log on a busy machine, in milliseconds. */
const WITHIN = 30_000;
/** Options of a store that notices faults quickly and retries for a long time. */
const ALERT = {
  answerMs: 500,
  silenceMs: 500,
  retryPolicy: { firstMs: 40, longestMs: 40, retries: 60, limitMs: 15_000 },
};

let fake: FakeEventStoreDb;
let listing: Listing;
let log: ProjectedEventStoreDb;
beforeEach(async () => {
  fake = await FakeEventStoreDb.start();
  listing = new Listing('listing');
  log = await ProjectedEventStoreDb.open(listing, { url: fake.url, ...ALERT });
});
afterEach(async () => {
  await log.close();
  await fake.stop();
});

const options = (over: Partial<RebuildOptions> = {}): RebuildOptions => ({
  ...log.parts,
  projection: listing,
  signal: new AbortController().signal,
  ...over,
});

/** Expects that each of the events is listed and counted once. */
async function expectCounted(ids: readonly string[]): Promise<void> {
  expect(await listing.ids(log.database, 'cases')).toEqual(ids);
  expect(await log.database.query('select number from listing_number')).toEqual([{ number: ids.length }]);
  expect(await verifyProjection(options())).toMatchObject({ difference: null, rows: ids.length + 1 });
}

describe('read models of a log in EventStoreDB', () => {
  it.each<ReadFault>([
    { kind: 'sever', after: 0 },
    { kind: 'sever', after: 250 },
    { kind: 'sever-all', after: 599 },
    { kind: 'silence', after: 250 },
    { kind: 'unavailable', after: 250 },
    { kind: 'end', after: 250 },
    { kind: 'twice', after: 0 },
    { kind: 'sever', after: 620 },
    { kind: 'silence', after: 620 },
    { kind: 'end', after: 620 },
    { kind: 'twice', after: 610 },
  ])('count every event exactly once under %j of their subscription', async (fault) => {
    const ids = await log.append('cases', sampleEvents(600));
    fake.faults.onSubscription(fault);
    const projector = await log.start(listing);
    await projector.waitFor(await log.store.head(), WITHIN);
    for (let page = 0; page < 5; page += 1) ids.push(...(await log.append('cases', sampleEvents(10))));
    await projector.waitFor(await log.store.head(), WITHIN);
    expect(fake.faults.struck).toBe(1);
    await expectCounted(ids);
  });

  it('count every event exactly once while the server stops and starts, and another process takes over', async () => {
    const ids = await log.append('cases', sampleEvents(300));
    const first = await log.start(listing);
    await until(() => AdvisoryLockLease.isHeld(processorLease('listing'), log.database));
    const second = await log.start(listing);
    await first.waitFor(await log.store.head(), WITHIN);
    for (const outage of [1, 2, 3]) {
      await fake.stop();
      const appending = log.append('cases', sampleEvents(100));
      if (outage === 2) await first.stop();
      await fake.restart();
      ids.push(...(await appending));
      await second.waitFor(await log.store.head(), WITHIN);
    }
    await expectCounted(ids);
  }, 120_000);

  it('are stopped by an event that cannot be folded, and continue without it when it is skipped', async () => {
    const ids = await log.append('cases', sampleEvents(20));
    const [poison] = await log.append('cases', [eventWith({ poison: true })]);
    const after = await log.append('cases', sampleEvents(20));
    const projector = await log.start(listing);
    await until(async () => (await projectionStatus(listing, log.parts)).state === 'stopped', WITHIN);
    const stopped = await projectionStatus(listing, log.parts);
    expect(stopped).toMatchObject({ stoppedBy: { eventId: poison, revision: 20 }, lag: { events: 21 } });
    await expect(projector.waitFor(stopped.head, WITHIN)).rejects.toMatchObject({
      code: 'projection-stopped',
    });
    const by = commandContext({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'));
    await skipEvent('listing', 'sent on trial', by, log.parts);
    await projector.waitFor(await log.store.head(), WITHIN);
    expect(await listing.ids(log.database, 'cases')).toEqual([...ids, ...after]);
    await rebuild(options());
    expect(await listing.ids(log.database, 'cases')).toEqual([...ids, ...after]);
    expect((await projectionStatus(listing, log.parts)).skipped).toMatchObject([{ eventId: poison }]);
  });

  it.each<ReadFault>([
    { kind: 'sever', after: 250 },
    { kind: 'end', after: 250 },
    { kind: 'twice', after: 0 },
  ])('are rebuilt whole under %j, while the live projector continues', async (fault) => {
    const ids = await log.append('cases', sampleEvents(600));
    const projector = await log.start(listing);
    await projector.waitFor(await log.store.head(), WITHIN);
    await log.database.query('delete from listing_list where position % 7 = 0');
    await log.database.query('update listing_number set number = number + 1');
    expect((await verifyProjection(options()))?.difference).not.toBeNull();
    fake.faults.onSubscription(fault);
    const [rebuilt, appended] = await Promise.all([
      rebuild(options()),
      log.append('cases', sampleEvents(10)),
    ]);
    expect(rebuilt).not.toBeNull();
    expect(fake.faults.struck).toBe(1);
    await projector.waitFor(await log.store.head(), WITHIN);
    await expectCounted([...ids, ...appended]);
  });

  it('refuse a log that is restored from an older backup while they follow it, until they are rebuilt', async () => {
    const ids = await log.append('cases', sampleEvents(10));
    // This stores the identity of the log, so that the backup has it.
    await log.store.identity();
    const backup = fake.size;
    await log.append('cases', sampleEvents(10));
    const projector = await log.start(listing);
    await projector.waitFor(await log.store.head(), WITHIN);
    await fake.stop();
    fake.restore(backup);
    await fake.restart();
    await until(() => projector.lastError?.includes('but the log ends at') === true, WITHIN);
    await rebuild(options());
    ids.push(...(await log.append('cases', sampleEvents(5))));
    await until(async () => (await listing.ids(log.database, 'cases')).length >= ids.length, WITHIN);
    await expectCounted(ids);
  });

  it('refuse a log under another prefix, until they are rebuilt from it', async () => {
    await log.append('cases', sampleEvents(10));
    const projector = await log.start(listing);
    await projector.waitFor(await log.store.head(), WITHIN);
    await projector.stop();
    const other = new EventStoreDbEventStore({ url: fake.url, streamPrefix: 'other.', ...ALERT });
    try {
      const events = sampleEvents(5);
      await other.append('cases', 'no-stream', events);
      const ids = events.map(({ id }) => id);
      const refusal = {
        code: 'other-log',
        message: expect.stringContaining('comes from the log') as unknown,
      };
      const there = { ...options(), store: other };
      await expect(verifyProjection(there)).rejects.toMatchObject(refusal);
      const next = await log.start(listing, { streamPrefix: 'other.' });
      await expect(next.waitFor(await other.head(), WITHIN)).rejects.toMatchObject(refusal);
      await rebuild(there);
      expect(await listing.ids(log.database, 'cases')).toEqual(ids);
      expect(await verifyProjection(there)).toMatchObject({ difference: null, rows: ids.length + 1 });
    } finally {
      await other.close();
    }
  });
});
