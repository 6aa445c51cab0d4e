import { setTimeout as pause } from 'node:timers/promises';
import { AdvisoryLockLease } from '../../src/platform/postgres/advisory-lock-lease.js';
import { snapshotRead } from '../../src/projections/snapshot-read.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { rebuild, rebuildLease, type RebuildOptions } from '../../src/projections/rebuild/rebuild.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

let listing: Listing;
let log: ProjectedLog;
beforeEach(async () => {
  listing = new Listing('listing');
  log = await ProjectedLog.open(listing);
});
afterEach(() => log.close());

const options = (over: Partial<RebuildOptions> = {}): RebuildOptions => ({
  ...log.parts,
  projection: listing,
  signal: new AbortController().signal,
  ...over,
});
const verified = () => verifyProjection(options());
const schemas = async () =>
  (
    await log.database.query<{ name: string }[]>(
      `select nspname as name from pg_namespace where nspname ~ '^(rebuild|verify)_'`,
    )
  ).map(({ name }) => name);

/** Whether a swap waits until other transactions release the live tables. */
async function swapWaits(): Promise<boolean> {
  const waiting: unknown[] = await log.database.query(
    `select from pg_locks
     where relation = 'public.listing_list'::regclass and mode = 'AccessExclusiveLock' and not granted`,
  );
  return waiting.length > 0;
}

async function filled(events = 12_000): Promise<string[]> {
  const ids: string[] = [];
  for (let done = 0; done < events; done += 1_000) ids.push(...(await log.append('cases', numbered(1_000))));
  const projector = await log.start(listing);
  await projector.waitFor(await log.store.head(), 20_000);
  return ids;
}

describe('a rebuild', () => {
  it('repairs damaged tables, while the live projector continues and readers see complete views only', async () => {
    const ids = await filled();
    await log.database.query(`delete from listing_list where position % 1000 = 7`);
    await log.database.query(`update listing_number set number = number + 1`);
    expect((await verified())?.difference).not.toBeNull();

    const damaged = ids.length - 12;
    const reading = new AbortController();
    const seen: string[] = [];
    const readers = [1, 2, 3].map(async () => {
      while (!reading.signal.aborted) {
        seen.push(
          await snapshotRead(log.database, listing, async (manager) => {
            const number: unknown = await manager.query('select number from listing_number');
            await pause(5);
            const list: unknown = await manager.query(
              `select count(*)::integer as count from listing_list where stream = 'cases'`,
            );
            return JSON.stringify([number, list]);
          }),
        );
      }
    });
    try {
      expect(await rebuild(options())).toBe(await log.store.head());
      await pause(50);
    } finally {
      reading.abort();
      await Promise.all(readers);
    }
    // Only the tables before the swap and those after it, and nothing in between.
    const view = (number: number, count: number) => JSON.stringify([[{ number }], [{ count }]]);
    expect([...new Set(seen)]).toEqual([view(ids.length + 1, damaged), view(ids.length, ids.length)]);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
    expect(await verified()).toMatchObject({ difference: null, rows: ids.length + 1 });
    expect(await schemas()).toEqual([]);
  });

  it('neither loses nor doubles events that are appended meanwhile', async () => {
    const ids = await filled(3_000);
    const appended = new AbortController();
    const appending = (async () => {
      while (!appended.signal.aborted) ids.push(...(await log.append('cases', numbered(5))));
    })();
    try {
      for (let time = 0; time < 5; time += 1) await rebuild(options());
    } finally {
      appended.abort();
      await appending;
    }
    await until(async () => (await listing.ids(log.database, 'cases')).length >= ids.length);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
    expect(await verified()).toMatchObject({ difference: null });
  });

  it('waits with the swap for a reader that has begun, which does not see the swap', async () => {
    await filled(2_000);
    let swapped = false;
    const { rebuilding, counts } = await snapshotRead(log.database, listing, async (manager) => {
      const count = async () => {
        const [row] = await manager.query<{ count: number }[]>(
          'select count(*)::integer as count from listing_list',
        );
        return row?.count;
      };
      const before = await count();
      const rebuilding = rebuild(options()).then(() => (swapped = true));
      await until(swapWaits);
      expect(swapped).toBe(false);
      return { rebuilding, counts: [before, await count()] };
    });
    await rebuilding;
    expect(counts).toEqual([2_000, 2_000]);
  });

  it('is refused while another rebuild runs', async () => {
    await filled(1_000);
    const other = await AdvisoryLockLease.tryAcquire(log.databaseUrl, rebuildLease('listing'));
    await expect(rebuild(options())).rejects.toMatchObject({ code: 'rebuild-under-way', kind: 'refused' });
    await expect(verified()).rejects.toMatchObject({ code: 'rebuild-under-way' });
    await other?.release();
    expect(await rebuild(options())).toBe(await log.store.head());
  });

  it('can be interrupted, and the next one continues its copy', async () => {
    const ids = await filled();
    const interrupt = new AbortController();
    const first = await rebuild(
      options({
        signal: interrupt.signal,
        onProgress: () => {
          interrupt.abort();
        },
      }),
    );
    expect(first).toBeNull();
    const left = await projectionStatus(listing, log);
    expect(left).toMatchObject({ state: 'live', rebuild: { running: false } });
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
    const from: bigint[] = [];
    await rebuild(options({ onStart: (position) => from.push(position) }));
    expect(from).toEqual([left.rebuild?.checkpoint]);
    expect(from[0]).toBeGreaterThan(0n);
    expect(await verified()).toMatchObject({ difference: null });
  });

  it('does not continue a copy whose tables have another form', async () => {
    await filled(6_000);
    const interrupt = new AbortController();
    await rebuild(
      options({
        signal: interrupt.signal,
        onProgress: () => {
          interrupt.abort();
        },
      }),
    );
    await log.database.query(
      'alter table listing_list alter column stream set default $$none$$, add column more text',
    );
    const from: bigint[] = [];
    await rebuild(options({ onStart: (position) => from.push(position) })).catch(() => undefined);
    expect(from).toEqual([0n]);
  });

  it('keeps the names of keys and indexes', async () => {
    await filled(1_000);
    const names = () =>
      log.database.query(
        `select indexrelid::regclass::text as index from pg_index where indrelid in ('listing_list'::regclass, 'listing_number'::regclass) order by 1`,
      );
    const before: unknown = await names();
    await rebuild(options());
    expect(await names()).toEqual(before);
    expect(before).toHaveLength(2);
  });

  it('resumes a projection whose event the program can fold now', async () => {
    const ids = await log.append('cases', numbered(5, [2]));
    await log.start(listing);
    await until(async () => (await projectionStatus(listing, log)).state === 'stopped');
    await expect(rebuild(options())).rejects.toMatchObject({ code: 'event-not-folded', kind: 'refused' });
    listing.poison = () => false;
    await rebuild(options());
    expect(await projectionStatus(listing, log)).toMatchObject({ state: 'live', stoppedBy: null });
    ids.push(...(await log.append('cases', numbered(2))));
    await until(async () => (await listing.ids(log.database, 'cases')).length === ids.length);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
  });
});
