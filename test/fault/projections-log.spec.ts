import { projectionStatus, statusLines } from '../../src/projections/projection-status.js';
import { rebuild } from '../../src/projections/rebuild.js';
import { verifyProjection } from '../../src/projections/verify.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

let listing: Listing;
let log: ProjectedLog;
let ids: string[];
beforeEach(async () => {
  listing = new Listing('listing');
  log = await ProjectedLog.open(listing);
  ids = await log.append('cases', numbered(10));
  const projector = await log.project(listing);
  await projector.waitFor(await log.store.head(), 5_000);
  await projector.stop();
});
afterEach(() => log.close());

const signal = new AbortController().signal;
const refused = async () => (await projectionStatus('listing', log.parts)).refused;

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
    const projector = await log.project(later);
    const refusal = { code: 'other-log', message: expect.stringMatching(message) as unknown };
    await expect(projector.waitFor(await log.store.head(), 5_000)).rejects.toMatchObject(refusal);
    await until(async () => (await projectionStatus('listing', log.parts)).lastError !== null);
    await expect(verifyProjection({ ...log.parts, projection: listing, signal })).rejects.toMatchObject(
      refusal,
    );
    expect(statusLines(await projectionStatus('listing', log.parts)).join('\n')).toMatch(message);

    await rebuild({ ...log.parts, projection: listing, signal });
    expect(await refused()).toBeNull();
    const more = await log.append('cases', numbered(3));
    await until(async () => (await later.ids(log.database, 'cases')).length >= ids.length + more.length);
    expect(await later.ids(log.database, 'cases')).toEqual([...ids, ...more]);
    const verified = await verifyProjection({ ...log.parts, projection: listing, signal });
    expect(verified).toMatchObject({ difference: null });
  }, 30_000);
});
