import { commandContext } from '../../src/event-sourcing/command-context.js';
import { position } from '../../src/event-store/position.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { statusLines } from '../../src/projections/status/status-text.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { skipEvent } from '../../src/projections/stopped-projection.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

let listing: Listing;
let log: ProjectedLog;
let ids: string[];
beforeEach(async () => {
  listing = new Listing('listing');
  log = await ProjectedLog.open(listing);
  ids = await log.append('cases', numbered(10));
  const projector = await log.start(listing);
  await projector.waitFor(await log.store.head(), 5_000);
  await projector.stop();
});
afterEach(() => log.close());

const signal = new AbortController().signal;
const act = commandContext({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'), 'skip');
const refused = async () => (await projectionStatus(listing, log.parts)).refused;

describe.each([
  [
    'another log',
    async () => {
      await log.database.query('update event_log_identity set id = gen_random_uuid()');
    },
    /comes from the log postgres:\S+, not from postgres:\S+; upheld projections rebuild/,
  ],
  [
    'a log that was restored from an older backup',
    async () => {
      await log.database.query('update projection_checkpoint set position = position + 5');
      await log.database.query(`insert into listing_list select 11, 'cases', gen_random_uuid()`);
    },
    /holds position 15, but the log ends at 10; upheld projections rebuild/,
  ],
])('read models that come from %s', (_, change, message) => {
  it('are refused by projector, waiting reader, verification and status, until they are rebuilt', async () => {
    expect(await refused()).toBeNull();
    await change();
    const later = new Listing('listing');
    const projector = await log.start(later);
    const refusal = { code: 'other-log', message: expect.stringMatching(message) as unknown };
    await expect(projector.waitFor(await log.store.head(), 5_000)).rejects.toMatchObject(refusal);
    await until(async () => (await projectionStatus(listing, log.parts)).lastError !== null);
    await expect(verifyProjection({ ...log.parts, projection: listing, signal })).rejects.toMatchObject(
      refusal,
    );
    expect(statusLines(await projectionStatus(listing, log.parts)).join('\n')).toMatch(message);

    await rebuild({ ...log.parts, projection: listing, signal });
    expect(await refused()).toBeNull();
    const more = await log.append('cases', numbered(3));
    await until(async () => (await later.ids(log.database, 'cases')).length >= ids.length + more.length);
    expect(await later.ids(log.database, 'cases')).toEqual([...ids, ...more]);
    const verified = await verifyProjection({ ...log.parts, projection: listing, signal });
    expect(verified).toMatchObject({ difference: null });
  }, 30_000);
});

describe('read models that are rebuilt from another log while a projector of the old log runs', () => {
  it('are not written to by that projector any more', async () => {
    const projector = await log.start(listing);
    await projector.waitFor(await log.store.head(), 5_000);
    await log.database.query(`update projection_checkpoint set log = 'eventstoredb:other'`);
    await log.append('cases', numbered(3));
    await until(async () => (await projectionStatus(listing, log.parts)).lastError !== null);
    expect((await projectionStatus(listing, log.parts)).lastError?.error).toMatch(
      /comes from the log eventstoredb:other.*, not from postgres:/,
    );
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
    expect(await projectionStatus(listing, log.parts)).toMatchObject({ checkpoint: 10n, stoppedBy: null });
    await expect(projector.waitFor(position('10'), 5_000)).rejects.toMatchObject({ code: 'other-log' });
  });
});

describe('the copy that an interrupted rebuild left', () => {
  /** Interrupts a rebuild when the copy has the whole log. */
  async function interrupted(projection: Listing): Promise<void> {
    const interruption = new AbortController();
    const onProgress = () => {
      interruption.abort();
    };
    const options = { ...log.parts, projection, signal: interruption.signal, onProgress };
    expect(await rebuild(options)).toBeNull();
    expect((await projectionStatus(listing, log.parts)).rebuild?.checkpoint).toBe(await log.store.head());
  }

  it('is replaced by a new one where it holds more than the log, which was restored from an older backup', async () => {
    await interrupted(listing);
    await log.database.query(
      'update rebuild_listing.projection_checkpoint set position = position + 5;' +
        `insert into rebuild_listing.listing_list select 11, 'cases', gen_random_uuid()`,
    );
    expect(await rebuild({ ...log.parts, projection: listing, signal })).toBe(10n);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);
  });

  it('is not shown as running while the read models are verified', async () => {
    await interrupted(listing);
    const left = { checkpoint: 10n, running: false };
    const reported: unknown[] = [];
    const slow = new Listing('listing');
    slow.delay = async () => reported.push(await projectionStatus(listing, log.parts));
    await verifyProjection({ ...log.parts, projection: slow, signal });
    expect(reported).toMatchObject([{ state: 'live', rebuild: left }]);
  });

  it('is replaced by a new one where it holds an event that was skipped since', async () => {
    const newer = new Listing('listing');
    newer.poison = () => false;
    ids.push(...(await log.append('cases', numbered(3, [1]))));
    await log.start(listing);
    await until(async () => (await projectionStatus(listing, log.parts)).stoppedBy !== null);
    await interrupted(newer);
    await skipEvent('listing', 'known', act, log.parts);
    await rebuild({ ...log.parts, projection: newer, signal });
    expect(await newer.ids(log.database, 'cases')).toEqual(ids.toSpliced(11, 1));
  });

  it('does not replace the live tables where an event is skipped while it is filled', async () => {
    const newer = new Listing('listing');
    newer.poison = () => false;
    ids.push(...(await log.append('cases', numbered(3, [1]))));
    await log.start(listing);
    await until(async () => (await projectionStatus(listing, log.parts)).stoppedBy !== null);
    let skipping: Promise<unknown> | undefined;
    newer.delay = () => (skipping ??= skipEvent('listing', 'known', act, log.parts));
    const options = { ...log.parts, projection: newer, signal };
    await expect(rebuild(options)).rejects.toMatchObject({ code: 'skips-changed' });
    newer.delay = () => Promise.resolve();
    await rebuild(options);
    expect(await newer.ids(log.database, 'cases')).toEqual(ids.toSpliced(11, 1));
    expect(await verifyProjection(options)).toMatchObject({ difference: null });
  });
});
