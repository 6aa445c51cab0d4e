import { Writable } from 'node:stream';
import { pino } from 'pino';
import { SeverableLink } from '../contract/severable-link.js';
import { createDatabase } from '../support/database.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { isReady, notReady, ready } from '../support/health.js';
import { until } from '../support/projections.js';
import { upheldOfTests, type RunningUpheld } from '../support/running-upheld.js';

const { running, afterwards } = upheldOfTests();

it('is not ready while EventStoreDB refuses connections or does not answer, and ready again by itself', async () => {
  const fake = await FakeEventStoreDb.start();
  afterwards(() => fake.stop());
  const upheld = await running({ eventStoreUrl: fake.url });
  expect((await ready(upheld)).log).toEqual({ engine: 'eventstoredb', status: 'up', reason: null });

  await fake.refuseConnections();
  const away = await notReady(upheld);
  expect(away).toMatchObject({
    database: { status: 'up', reason: null },
    log: { engine: 'eventstoredb', status: 'down', reason: expect.any(String) as unknown },
    projections: null,
  });
  expect(away.detail).toBe(`the log: ${away.log.reason ?? ''}`);
  await fake.acceptConnections();
  await until(() => isReady(upheld));

  await fake.stop();
  expect((await notReady(upheld)).log.status).toBe('down');
  await fake.restart();
  await until(() => isReady(upheld));

  fake.faults.onRead(...Array.from({ length: 4 }, () => ({ kind: 'silence' as const, after: 0 })));
  expect((await notReady(upheld)).log).toMatchObject({ status: 'down', reason: 'no answer within 2 s' });
  fake.faults.clear();
  await until(() => isReady(upheld), 30_000);
}, 120_000);

describe('while PostgreSQL does not answer', () => {
  const lines: string[] = [];
  const logger = pino(
    { level: 'warn' },
    new Writable({
      write: (chunk: Buffer, _, done) => {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  let link: SeverableLink;
  let upheld: RunningUpheld;
  beforeEach(async () => {
    lines.length = 0;
    const database = await createDatabase();
    afterwards(() => database.drop());
    link = await SeverableLink.to(database.url);
    afterwards(() => link.close());
    upheld = await running({ databaseUrl: link.url, logger });
  });
  afterEach(async () => {
    await link.open();
    // Requests sent to the silent link are never answered.
    link.sever();
  });

  it('is not ready, logs that once, and is ready again by itself', async () => {
    await link.close();
    for (let times = 0; times < 3; times += 1) {
      const { database, log, projections, detail } = await notReady(upheld);
      expect([database.status, log.status, projections]).toEqual(['down', 'down', null]);
      expect(detail).toMatch(/^PostgreSQL: .+; the log: /);
    }
    await link.open();
    await until(() => isReady(upheld));
    expect(await isReady(upheld)).toBe(true);
    const said = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(said).toEqual([expect.stringMatching(/^not ready: PostgreSQL: /), 'ready again']);
  }, 60_000);

  it('answers in time where PostgreSQL accepts requests and does not answer them', async () => {
    link.silence();
    const { database, log } = await notReady(upheld);
    expect([database.status, log.status]).toEqual(['down', 'down']);
    await link.open();
    await until(() => isReady(upheld), 30_000);
  }, 60_000);
});
