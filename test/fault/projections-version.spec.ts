import { commandContext } from '../../src/event-sourcing/command-context.js';
import { snapshotRead } from '../../src/projections/snapshot-read.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import { rebuild, type RebuildOptions } from '../../src/projections/rebuild/rebuild.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { statusLines } from '../../src/projections/status/status-text.js';
import { skipEvent } from '../../src/projections/stopped-projection.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

/** From version 2 on, streams are listed in upper case. */
let old: Listing;
let present: Listing;
let log: ProjectedLog;
let ids: string[];
let notices: string[];
beforeEach(async () => {
  old = new Listing('listing');
  present = new Listing('listing', 2);
  log = await ProjectedLog.open(old);
  notices = [];
  ids = await log.append('cases', numbered(1_000));
  for (let page = 0; page < 5; page += 1) ids.push(...(await log.append('cases', numbered(1_000))));
  const projector = await log.start(old);
  await projector.waitFor(await log.store.head(), 20_000);
  await projector.stop();
});
afterEach(() => log.close());

const notice = (line: string) => notices.push(line);
const start = (projection = present) => log.start(projection, { notice });
const options = (over: Partial<RebuildOptions> = {}): RebuildOptions => ({
  ...log.parts,
  projection: present,
  signal: new AbortController().signal,
  ...over,
});
const status = (projection = present) => projectionStatus(projection, log);
const isUpgraded = async () => (await status()).version?.tables === 2;

/** Expects that all rows are of version 2, each event once. */
async function expectUpgraded(others = 0): Promise<void> {
  expect(await present.ids(log.database, 'CASES')).toEqual(ids);
  expect(await present.ids(log.database, 'cases')).toEqual([]);
  expect(await log.database.query('select number from listing_number')).toEqual([
    { number: ids.length + others },
  ]);
  expect(await verifyProjection(options())).toMatchObject({
    difference: null,
    rows: ids.length + others + 1,
  });
}

/** Blocks the rebuild in its second page until it is released. */
function held() {
  let [release, reach] = [() => {}, () => {}];
  const released = new Promise<void>((resolve) => (release = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  let pages = 0;
  present.delay = async () => {
    pages += 1;
    if (pages !== 2) return;
    reach();
    await released;
  };
  return { reached, release };
}

describe('tables of an older version', () => {
  it('are rebuilt before the log is followed, with one notice, and serve meanwhile', async () => {
    const rebuilding = held();
    const projector = await start();
    await rebuilding.reached;
    ids.push(...(await log.append('cases', numbered(3))));
    const meanwhile = await status();
    expect(meanwhile).toMatchObject({
      state: 'rebuilding',
      version: { tables: 1, program: 2 },
      refused: null,
    });
    expect(statusLines(meanwhile)).toContain('  tables of version 1, to be rebuilt to version 2');
    const served: unknown = await snapshotRead(log.database, present, (manager) =>
      manager.query('select stream, count(*)::integer as count from listing_list group by stream'),
    );
    expect(served).toEqual([{ stream: 'cases', count: 6_000 }]);

    rebuilding.release();
    await projector.waitFor(await log.store.head(), 20_000);
    await expectUpgraded();
    expect(notices).toEqual([
      'listing: tables of version 1 are rebuilt to version 2, up to position 6,000; the old ones serve meanwhile…',
      expect.stringMatching(/^listing: tables are rebuilt to version 2, up to position 6,00\d\.$/),
    ]);
    expect(statusLines(await status())).toContain('  tables of version 2');
    await projector.stop();
    await (await start()).waitFor(await log.store.head(), 5_000);
    expect(notices).toHaveLength(2);
  });

  it('are rebuilt once by two processes that start at once, of which the first ends during the rebuild', async () => {
    const rebuilding = held();
    const first = await start();
    const second = await start();
    await rebuilding.reached;
    const stopping = [first.stop(), second.stop()];
    const third = await start();
    rebuilding.release();
    await Promise.all(stopping);
    await until(isUpgraded);
    ids.push(...(await log.append('cases', numbered(3))));
    await third.waitFor(await log.store.head(), 20_000);
    await expectUpgraded();
    expect(notices.filter((line) => line.startsWith('listing: tables are rebuilt'))).toHaveLength(1);
  });

  it('stay in use while another process rebuilds or verifies them, and are rebuilt afterwards', async () => {
    const rebuilding = held();
    const byHand = rebuild(options());
    await rebuilding.reached;
    const projector = await start();
    rebuilding.release();
    await byHand;
    await projector.waitFor(await log.store.head(), 20_000);
    await expectUpgraded();
    expect(await status()).toMatchObject({ lastError: null });
  });

  it('continue to serve where an event can no longer be folded, until it is skipped', async () => {
    present.poison = ({ revision }) => revision === 2_500;
    const projector = await start();
    await until(async () => (await deadLetterOf('listing', log.database)) !== null);
    expect(await status()).toMatchObject({
      state: 'stopped',
      stoppedBy: { stream: 'cases', revision: 2_500 },
    });
    expect(await old.ids(log.database, 'cases')).toEqual(ids);
    const operator = commandContext({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'));
    await skipEvent('listing', 'typed twice', operator, log);
    await until(isUpgraded);
    await projector.waitFor(await log.store.head(), 5_000);
    ids.splice(2_500, 1);
    // The audit of the skip is an event too.
    await expectUpgraded(1);
    expect(await status()).toMatchObject({ state: 'live', stoppedBy: null, skipped: [{ revision: 2_500 }] });
  });

  it('are not rebuilt silently from another log', async () => {
    await log.database.query('update event_log_identity set id = gen_random_uuid()');
    const projector = await start();
    await until(() => projector.lastError !== null);
    expect(projector.lastError).toContain('comes from the log');
    expect(await old.ids(log.database, 'cases')).toEqual(ids);
    expect(notices).toEqual([]);
  });

  it('are neither written to nor verified by the newer program', async () => {
    await expect(verifyProjection(options())).rejects.toMatchObject({
      code: 'other-version',
      message:
        'listing has tables of version 1, but this release has version 2; ' +
        'a process that projects rebuilds them, and so does upheld projections rebuild',
    });
    expect(await old.ids(log.database, 'cases')).toEqual(ids);
  });
});

describe('tables of a newer version', () => {
  const refusal = {
    code: 'other-version',
    message:
      'listing has tables of version 2, but this release has version 1; run the release that filled them, or a later one',
  };
  beforeEach(async () => {
    await rebuild(options());
  });

  it('are refused by projector, waiting reader, verification, rebuild and status', async () => {
    const projector = await start(old);
    await until(async () => (await status(old)).lastError !== null);
    expect(projector.lastError).toContain(refusal.message);
    await expect(projector.waitFor(await log.store.head(), 5_000)).rejects.toMatchObject(refusal);
    await expect(verifyProjection(options({ projection: old }))).rejects.toMatchObject(refusal);
    await expect(rebuild(options({ projection: old }))).rejects.toMatchObject(refusal);
    expect(await status(old)).toMatchObject({ refused: refusal.message, stoppedBy: null });
    await log.append('cases', numbered(1));
    expect((await status(old)).checkpoint).toBe(6_000n);
    expect(await present.ids(log.database, 'CASES')).toEqual(ids);
  });
});

it('a projector does not write into tables that are rebuilt to a newer version while it runs', async () => {
  const projector = await start(old);
  await projector.waitFor(await log.store.head(), 5_000);
  await rebuild(options());
  await log.append('cases', numbered(3));
  await until(() => projector.lastError?.includes('has tables of version 2') === true);
  expect(await present.ids(log.database, 'CASES')).toEqual(ids);
  expect(await old.ids(log.database, 'cases')).toEqual([]);
  expect(await status(old)).toMatchObject({ checkpoint: 6_000n, stoppedBy: null });
});

it('empty tables take the version of the first page', async () => {
  await log.database.query(`truncate projection_checkpoint, listing_list, listing_number`);
  const projector = await start();
  await projector.waitFor(await log.store.head(), 20_000);
  await expectUpgraded();
  expect(notices).toEqual([]);
});
