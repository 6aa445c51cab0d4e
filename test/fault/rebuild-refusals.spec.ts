import { setTimeout as pause } from 'node:timers/promises';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import type { EventWithoutMetadata, ReadBatchesOptions } from '../../src/event-store/event-store.js';
import type { Position } from '../../src/event-store/position.js';
import { AdvisoryLockLease } from '../../src/platform/postgres/advisory-lock-lease.js';
import { snapshotRead } from '../../src/projections/snapshot-read.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { rebuild, rebuildLease, type RebuildOptions } from '../../src/projections/rebuild/rebuild.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

let listing: Listing;
let log: ProjectedLog;
let ids: string[];
beforeEach(async () => {
  listing = new Listing('listing');
  log = await ProjectedLog.open(listing);
  ids = [];
  for (let page = 0; page < 6; page += 1) ids.push(...(await log.append('cases', numbered(1_000))));
  const projector = await log.start(listing);
  await projector.waitFor(await log.store.head(), 20_000);
});
afterEach(() => log.close());

const options = (over: Partial<RebuildOptions> = {}): RebuildOptions => ({
  ...log.parts,
  projection: listing,
  signal: new AbortController().signal,
  ...over,
});
const status = () => projectionStatus(listing, log.parts);

/** Expects that the live tables are unchanged, folded from the whole log. */
async function expectUntouched(): Promise<void> {
  expect(await listing.ids(log.database, 'cases')).toEqual(ids);
  expect(await log.database.query('select number from listing_number')).toEqual([{ number: ids.length }]);
}

describe('a rebuild', () => {
  it('ends when the connection of its lease is cut, and the next one continues its copy', async () => {
    let cut = false;
    // A page is being written until the lease is lost and the rebuild has had time to notice.
    listing.delay = async () => {
      if (cut) return;
      cut = true;
      await log.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'upheld rebuild listing'`,
      );
      await until(async () => !(await AdvisoryLockLease.isHeld(rebuildLease('listing'), log.database)));
      await pause(100);
    };
    await expect(rebuild(options())).rejects.toMatchObject({ code: 'lease-lost', kind: 'unavailable' });
    await expectUntouched();
    const left = await status();
    expect(left).toMatchObject({ state: 'live', rebuild: { running: false } });

    const from: Position[] = [];
    const onStart = (position: Position) => from.push(position);
    expect(await rebuild(options({ onStart }))).toBe(await log.store.head());
    expect(from).toEqual([left.rebuild?.checkpoint]);
    expect(from[0]).toBeGreaterThan(0n);
    await expectUntouched();
    expect(await verifyProjection(options())).toMatchObject({ difference: null });
  });

  it('ends when a reader does not release the tables, and the next one only swaps', async () => {
    const head = await log.store.head();
    await snapshotRead(log.database, listing, async (manager) => {
      await expect(rebuild(options())).rejects.toMatchObject({ code: 'tables-in-use', kind: 'unavailable' });
      const rows: unknown = await manager.query('select count(*)::integer as count from listing_list');
      expect(rows).toEqual([{ count: ids.length }]);
    });
    await expectUntouched();
    expect(await status()).toMatchObject({ rebuild: { checkpoint: head, running: false } });
    // Events that come meanwhile are projected into the live tables.
    ids.push(...(await log.append('cases', numbered(10))));
    await until(async () => (await status()).lag.events === 0);
    await expectUntouched();

    const started: Position[][] = [];
    const onStart = (...at: Position[]) => started.push(at);
    expect(await rebuild(options({ onStart }))).toBe(await log.store.head());
    expect(started).toEqual([[head, await log.store.head()]]);
    await expectUntouched();
    expect((await status()).rebuild).toBeNull();
  });

  it('does not replace the live tables by a copy that lacks events of them', async () => {
    const store = new Lagging({ connectionString: log.databaseUrl });
    try {
      await expect(rebuild(options({ store }))).rejects.toMatchObject({
        code: 'rebuild-behind',
        kind: 'unavailable',
        message: `the copy is at 5500, the live tables at ${await log.store.head()}`,
      });
    } finally {
      await store.close();
    }
    await expectUntouched();
    expect(await rebuild(options())).toBe(await log.store.head());
    await expectUntouched();
  });
});

/** Shows the log up to a position only, like a replica that has not received the rest. */
class Lagging extends PostgresEventStore {
  override async *readBatches(options?: ReadBatchesOptions): AsyncGenerator<readonly EventWithoutMetadata[]> {
    for await (const batch of super.readBatches(options)) {
      const seen = batch.filter(({ position }) => position <= 5_500n);
      if (seen.length > 0) yield seen;
    }
  }
}
