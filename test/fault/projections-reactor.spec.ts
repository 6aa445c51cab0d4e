import { setTimeout as pause } from 'node:timers/promises';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import { eventRegistry } from '../../src/event-sourcing/event-registry.js';
import { Unavailable } from '../../src/platform/errors.js';
import { consumersOf } from '../../src/projections/consumer.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { statusLines } from '../../src/projections/status/status-text.js';
import { resumeProjection, skipEvent } from '../../src/projections/stopped-projection.js';
import { ActingReactor } from '../support/acting-reactor.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

const operator = (id: string) =>
  commandContext({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'), id);

let reactor: ActingReactor;
let listing: Listing;
let log: ProjectedLog;
beforeEach(async () => {
  reactor = new ActingReactor('acting');
  listing = new Listing('listing');
  listing.poison = () => false;
  log = await ProjectedLog.open(reactor, listing);
});
afterEach(() => log.close());

const acts = () => reactor.acts(log.database);
const stopped = async () => (await deadLetterOf('acting', log.database)) !== null;
const even = (ids: readonly string[]) => ids.filter((_, place) => place % 2 === 0);

/** Cuts connections by name, as an administrator or a broken network would. */
const cut = (application: string) =>
  log.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()`,
    [application],
  );

describe('a reactor', () => {
  it('acts once on each event that it is interested in, from the first event of the log, across restarts', async () => {
    const ids = even(await log.append('cases', numbered(20)));
    for (let start = 0; start < 3; start += 1) {
      const running = await log.start(reactor);
      ids.push(...even(await log.append('cases', numbered(2_500))));
      await running.waitFor(await log.store.head(), 20_000);
      await running.stop();
    }
    expect(await acts()).toEqual(ids);
    expect(reactor.calls).toBe(ids.length);
    const { checkpoint, head } = await projectionStatus(reactor, log);
    expect(checkpoint).toBe(head);
  });

  it('is given the metadata of the event', async () => {
    await log.append('cases', numbered(1));
    await (await log.start(reactor)).waitFor(await log.store.head(), 5_000);
    expect(await log.database.query('select actor from acting_act')).toEqual([{ actor: 'cw-7' }]);
  });

  it('acts once when another process takes over during an act', async () => {
    const ids = even(await log.append('cases', numbered(60)));
    reactor.delay = () => pause(5);
    const running = [await log.start(reactor), await log.start(reactor)];
    for (let round = 0; round < 8; round += 1) {
      await pause(60);
      await cut('upheld projection acting');
      if (round % 2 === 0) await cut('upheld');
    }
    await running[0]?.waitFor(await log.store.head(), 30_000);
    expect(await acts()).toEqual(ids);
    // Otherwise no act was interrupted, and the test proves nothing.
    expect(reactor.calls).toBeGreaterThan(ids.length);
  });

  it('does not act again when projections are rebuilt', async () => {
    const ids = even(await log.append('cases', numbered(20)));
    const running = [await log.start(reactor), await log.start(listing)];
    for (const one of running) await one.waitFor(await log.store.head(), 5_000);
    await rebuild({ ...log.parts, projection: listing, signal: new AbortController().signal });
    ids.push(...even(await log.append('cases', numbered(2))));
    for (const one of running) await one.waitFor(await log.store.head(), 5_000);
    expect(await acts()).toEqual(ids);
  });

  it('stops at an event that it cannot act on, and nothing else stops; resumed, it acts once', async () => {
    const ids = even(await log.append('cases', numbered(7, [4])));
    const running = await log.start(reactor);
    const other = await log.start(listing);
    await until(stopped);
    await other.waitFor(await log.store.head(), 5_000);
    expect(await acts()).toEqual(ids.slice(0, 2));
    const status = await projectionStatus(reactor, log);
    expect(status).toMatchObject({
      projection: 'acting',
      kind: 'reactor',
      state: 'stopped',
      version: null,
      rebuild: null,
      projected: true,
      stoppedBy: { stream: 'cases', revision: 4, type: 'Numbered@1', error: 'Error: cannot act on cases@4' },
    });
    expect(statusLines(status).join('\n')).toMatch(
      /^acting: reactor, stopped, .*\n.* a process runs it\n {2}stopped by cases@4/,
    );
    await expect(running.waitFor(await log.store.head(), 5_000)).rejects.toMatchObject({
      code: 'projection-stopped',
    });

    reactor.poison = () => false;
    await resumeProjection('acting', operator('resume'), log);
    await running.waitFor(await log.store.head(), 5_000);
    expect(await acts()).toEqual(ids);
    expect(await projectionStatus(reactor, log)).toMatchObject({ state: 'live', stoppedBy: null });
  });

  it('never acts on an event that an operator skipped', async () => {
    const ids = even(await log.append('cases', numbered(7, [4])));
    const running = await log.start(reactor);
    await until(stopped);
    await skipEvent('acting', 'sent by hand', operator('skip'), log);
    await running.waitFor(await log.store.head(), 5_000);
    await running.stop();
    reactor.poison = () => false;
    ids.push(...even(await log.append('cases', numbered(1))));
    await (await log.start(reactor)).waitFor(await log.store.head(), 5_000);
    expect(await acts()).toEqual(ids.toSpliced(2, 1));
    expect(await projectionStatus(reactor, log)).toMatchObject({
      skipped: [{ stream: 'cases', revision: 4, reason: 'sent by hand' }],
    });
  });

  it('waits until an outage of a service that it needs is over', async () => {
    const ids = even(await log.append('cases', numbered(3)));
    let outages = 3;
    reactor.delay = () =>
      outages-- > 0 ? Promise.reject(new Unavailable('mail-unavailable', 'no answer')) : Promise.resolve();
    await (await log.start(reactor)).waitFor(await log.store.head(), 10_000);
    expect(outages).toBeLessThan(0);
    expect(await acts()).toEqual(ids);
  });

  it('stops at an event that the program does not know', async () => {
    await log.append('elsewhere', numbered(1));
    const [checked] = consumersOf([{ name: 'test', reactors: [reactor] }], eventRegistry([]));
    if (checked === undefined) throw new Error('no reactor');
    await log.start(checked);
    await until(stopped);
    expect(await acts()).toEqual([]);
    expect((await deadLetterOf('acting', log.database))?.error).toContain('does not know');
  });

  it('refuses another log, with the same positions', async () => {
    await log.append('cases', numbered(3));
    const running = await log.start(reactor);
    await running.waitFor(await log.store.head(), 5_000);
    await running.stop();
    await log.database.query('update event_log_identity set id = gen_random_uuid()');
    await log.append('cases', numbered(3));
    await log.start(reactor);
    await until(async () => (await projectionStatus(reactor, log)).lastError !== null);
    expect(await projectionStatus(reactor, log)).toMatchObject({
      refused: expect.stringMatching(
        /^acting comes from the log .*; a reactor acts only on the log that it began with$/,
      ) as unknown,
    });
    expect(reactor.calls).toBe(2);
  });
});
