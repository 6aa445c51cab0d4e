import { rebuild, type RebuildOptions } from '../../src/projections/rebuild/rebuild.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { Listing, numbered, ProjectedLog } from '../support/projections.js';

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

async function filled(events = 12_000): Promise<string[]> {
  const ids: string[] = [];
  for (let done = 0; done < events; done += 1_000) ids.push(...(await log.append('cases', numbered(1_000))));
  const projector = await log.start(listing);
  await projector.waitFor(await log.store.head(), 20_000);
  return ids;
}

describe('a verification', () => {
  it('names the first row that differs, and touches nothing', async () => {
    await filled(1_000);
    expect(await verified()).toMatchObject({
      difference: null,
      position: await log.store.head(),
      rows: 1_001,
    });
    await log.database.query('update listing_number set number = 999');
    expect(await verified()).toMatchObject({
      difference: { table: 'listing_number', live: '(1,999)', fresh: '(1,1000)' },
    });
    expect(await log.database.query('select number from listing_number')).toEqual([{ number: 999 }]);
    await log.database.query('insert into listing_list select * from listing_list where position = 3');
    const doubled = await verified();
    expect(doubled?.difference).toMatchObject({ table: 'listing_list', fresh: null });
    expect(doubled?.difference?.live).toMatch(/^\(3,cases,/);
    expect(await schemas()).toEqual([]);
  });

  it('is right while the live projector continues', async () => {
    await filled(2_000);
    const appended = new AbortController();
    const appending = (async () => {
      while (!appended.signal.aborted) await log.append('cases', numbered(3));
    })();
    try {
      for (let time = 0; time < 4; time += 1) expect(await verified()).toMatchObject({ difference: null });
    } finally {
      appended.abort();
      await appending;
    }
  });

  it('leaves the copy of an interrupted rebuild, and removes its own', async () => {
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
    await verified();
    expect(await schemas()).toEqual(['rebuild_listing']);
  });
});
