import { Writable } from 'node:stream';
import { pino } from 'pino';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { SeverableLink } from '../contract/severable-link.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';
import { RunningProcessor } from '../support/running-processor.js';

type Line = Readonly<{ level: number; msg: string; err?: { message: string } }>;

it('a projection logs an outage once, also after many retries, and continues after it', async () => {
  const listing = new Listing('listing');
  const log = await ProjectedLog.open(listing);
  const link = await SeverableLink.to(log.databaseUrl);
  const store = new PostgresEventStore({ connectionString: link.url });
  const lines: Line[] = [];
  const logger = pino(
    { level: 'debug' },
    new Writable({
      write: (chunk: Buffer, _, done) => {
        lines.push(JSON.parse(chunk.toString()) as Line);
        done();
      },
    }),
  );
  const projector = new RunningProcessor(listing, {
    store,
    database: log.database,
    databaseUrl: link.url,
    log: logger,
  });
  try {
    const ids = await log.append('cases', numbered(2));
    projector.start();
    await projector.waitFor(await log.store.head(), 5_000);
    await link.close();
    const failures = () => lines.filter(({ msg }) => msg.startsWith('projection failed'));
    const refused = () => failures().filter(({ err }) => err?.message.includes('ECONNREFUSED'));
    await until(() => refused().length >= 4);
    expect(refused().map(({ level }) => level === logger.levels.values['error'])).toEqual([
      true,
      ...refused()
        .slice(1)
        .map(() => false),
    ]);
    await link.open();
    ids.push(...(await log.append('cases', numbered(1))));
    await projector.waitFor(await log.store.head(), 15_000);
    expect(await listing.ids(log.database, 'cases')).toEqual(ids);

    const before = refused().length;
    await until(() => projector.lastError === null);
    await link.close();
    await until(() => refused().length > before);
    expect(refused()[before]?.level).toBe(logger.levels.values['error']);
  } finally {
    await link.open();
    await projector.stop();
    await store.close();
    await link.close();
    await log.close();
  }
}, 60_000);
