import { setTimeout as pause } from 'node:timers/promises';
import { AdvisoryLockLease } from '../../src/platform/postgres/advisory-lock-lease.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { processorLease } from '../../src/projections/processor.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

let listing: Listing;
let log: ProjectedLog;
beforeEach(async () => {
  listing = new Listing('listing');
  log = await ProjectedLog.open(listing);
});
afterEach(() => log.close());

const LEASE = 'upheld projection listing';

/** Cuts connections by name, as an administrator or a broken network would. Returns how many. */
async function cut(application: string): Promise<number> {
  const rows = await log.database.query<unknown[]>(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()`,
    [application],
  );
  return rows.length;
}

describe('the lease of a projection', () => {
  it('lets one process project at a time, and another take over when it ends', async () => {
    const first = await log.start(listing);
    await until(() => AdvisoryLockLease.isHeld(processorLease('listing'), log.database));
    const other = new Listing('listing');
    const second = await log.start(other);
    let folded = 0;
    other.delay = () => Promise.resolve((folded += 1));
    const ids = await log.append('cases', numbered(5));
    await second.waitFor(await log.store.head(), 5_000);
    expect(folded).toBe(0);
    await first.stop();
    ids.push(...(await log.append('cases', numbered(5))));
    await second.waitFor(await log.store.head(), 5_000);
    expect(folded).toBeGreaterThan(0);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
  });

  it('passes to another process when its connection is cut, and no event is counted twice or lost', async () => {
    await log.start(listing);
    await log.start(listing);
    const ids: string[] = [];
    let cuts = 0;
    for (let round = 0; round < 8; round += 1) {
      ids.push(...(await log.append('cases', numbered(100))));
      cuts += await cut(LEASE);
      ids.push(...(await log.append('cases', numbered(100))));
      await pause(100);
    }
    expect(cuts).toBeGreaterThan(3);
    await until(async () => (await listing.ids(log.database, 'cases')).length >= ids.length);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
  });

  it('counts every event once although the connections of the projector are cut within its pages', async () => {
    listing.delay = () => pause(5);
    await log.start(listing);
    await log.start(listing);
    const ids: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      ids.push(...(await log.append('cases', numbered(20))));
      await cut('upheld');
      if (round % 3 === 0) await cut(LEASE);
      await pause(20);
    }
    await until(async () => (await listing.ids(log.database, 'cases')).length >= ids.length);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
    expect(await log.database.query('select number from listing_number')).toEqual([{ number: ids.length }]);
    await until(async () => (await projectionStatus(listing, log)).lastError === null);
  });

  it('is shown by the status, and released', async () => {
    expect(await projectionStatus(listing, log)).toMatchObject({ state: 'live', projected: false });
    const projector = await log.start(listing);
    await until(async () => (await projectionStatus(listing, log)).projected);
    await projector.stop();
    expect(await projectionStatus(listing, log)).toMatchObject({ projected: false });
  });

  it('is refused to a second process that does not wait', async () => {
    const lease = await AdvisoryLockLease.tryAcquire(log.databaseUrl, 'rebuild listing');
    expect(await AdvisoryLockLease.tryAcquire(log.databaseUrl, 'rebuild listing')).toBeNull();
    await lease?.release();
    const next = await AdvisoryLockLease.tryAcquire(log.databaseUrl, 'rebuild listing');
    expect(next).not.toBeNull();
    await next?.release();
  });

  it('reports its loss when its connection is cut', async () => {
    const lease = await AdvisoryLockLease.tryAcquire(log.databaseUrl, 'rebuild listing');
    expect(lease?.lost.aborted).toBe(false);
    await cut('upheld rebuild listing');
    await until(() => lease?.lost.aborted === true);
    await lease?.release();
  });
});

it('the status shows how far a projection is behind, and the age of the oldest event that it lacks', async () => {
  const begun = performance.now();
  await log.append('cases', numbered(4));
  await pause(1_100);
  await log.append('cases', numbered(3));
  const { lag, checkpoint, head } = await projectionStatus(listing, log);
  expect(lag).toMatchObject({ events: 7, more: false });
  expect(lag.seconds).toBeGreaterThan(1);
  expect(lag.seconds).toBeLessThanOrEqual((performance.now() - begun) / 1_000);
  expect(checkpoint).toBe(0n);
  expect(head).toBe(await log.store.head());
  const projector = await log.start(listing);
  await projector.waitFor(head, 5_000);
  expect((await projectionStatus(listing, log)).lag).toEqual({ events: 0, more: false, seconds: 0 });
});
