import { fileURLToPath } from 'node:url';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import { LivenessSchema } from '../../src/health/health.schemas.js';
import { Readiness } from '../../src/health/readiness.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { resumeProjection, skipEvent } from '../../src/projections/stopped-projection.js';
import { StatisticsProjection } from '../../src/statistics/read-model/statistics.projection.js';
import { runProgram } from '../support/command-line.js';
import { complaint } from '../support/http-cases.js';
import { createDatabase } from '../support/database.js';
import { askHealth as ask, isReady, notReady, ready } from '../support/health.js';
import { until } from '../support/projections.js';
import { upheldOfTests } from '../support/running-upheld.js';
import { recordUnknownEvent } from '../support/unknown-event.js';

const HEALTH_CHECK = fileURLToPath(new URL('../../bin/health-check.js', import.meta.url));

const { running, afterwards } = upheldOfTests();

const act = () => commandContext({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'));

it('is live and ready with the log in PostgreSQL', async () => {
  const upheld = await running();
  const head = String(await upheld.upheld.store.head());
  const { version } = new StatisticsProjection();
  expect(await ready(upheld)).toEqual({
    ready: true,
    database: { status: 'up', reason: null },
    log: { engine: 'postgresql', status: 'up', reason: null },
    projections: [
      {
        projection: 'statistics',
        kind: 'projection',
        state: 'live',
        head,
        checkpoint: head,
        lag: { events: 0, more: false, seconds: 0 },
        projected: true,
        lastError: null,
        stoppedBy: null,
        skipped: 0,
        refused: null,
        version: { tables: version, program: version },
      },
    ],
  });
  const { status, headers, body } = await ask(upheld.url, '/health/live');
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(LivenessSchema.parse(body)).toEqual({ live: true });
});

it('is not ready while an event has stopped a projection, and always shows what was skipped', async () => {
  const { url: databaseUrl, drop } = await createDatabase();
  afterwards(drop);
  const upheld = await running({ databaseUrl });
  await recordUnknownEvent(upheld.upheld.store);
  await until(async () => !(await isReady(upheld)));
  const { type, title, detail, log, projections } = await notReady(upheld);
  expect([type, title, detail]).toEqual([
    'urn:upheld:problem:not-ready',
    'Not ready',
    'statistics is stopped by inquiry-1@0',
  ]);
  expect(log.status).toBe('up');
  expect(projections).toMatchObject([
    {
      state: 'stopped',
      stoppedBy: {
        stream: 'inquiry-1',
        revision: 0,
        type: 'InquiryOpened@1',
        error: expect.stringContaining('does not know') as unknown,
      },
      lag: { events: 1 },
      skipped: 0,
    },
  ]);
  await resumeProjection('statistics', act(), upheld.upheld);
  await until(async () => !(await isReady(upheld)));
  expect((await notReady(upheld)).projections).toMatchObject([{ state: 'stopped' }]);
  await skipEvent('statistics', 'opened on trial', act(), upheld.upheld);
  await upheld.upheld.caughtUp();
  const shown = [{ state: 'live', stoppedBy: null, skipped: 1 }];
  expect((await ready(upheld)).projections).toMatchObject(shown);
  for (const projection of upheld.upheld.projections)
    await rebuild({ ...upheld.upheld, projection, signal: new AbortController().signal });
  expect((await ready(upheld)).projections).toMatchObject(shown);
  expect((await ready(await running({ databaseUrl }))).projections).toMatchObject(shown);
});

it('is not ready while a projection refuses its log, until it is rebuilt from that log', async () => {
  const upheld = await running();
  const { databaseUrl, database, store, projections } = upheld.upheld;
  await database.query('update event_log_identity set id = gen_random_uuid()');
  const { detail, projections: shown } = await notReady(upheld);
  expect(detail).toMatch(/^statistics comes from the log postgres:\S+, not from postgres:\S+;/);
  expect(shown).toMatchObject([{ projection: 'statistics', refused: detail, stoppedBy: null }]);
  const [projection] = projections;
  if (projection === undefined) throw new Error('there is no projection');
  await rebuild({ databaseUrl, database, store, projection, signal: new AbortController().signal });
  expect((await ready(upheld)).projections).toMatchObject([{ refused: null }]);
});

it('is ready while a projection is only behind, and says by how much', async () => {
  const upheld = await running();
  const held = upheld.upheld.database.createQueryRunner();
  await held.startTransaction();
  await held.query(`select from projection_checkpoint where projection = 'statistics' for update`);
  try {
    expect((await upheld.post('/complaints', complaint('19007429'))).status).toBe(201);
    const { projections } = await ready(upheld);
    expect(projections).toMatchObject([{ state: 'live', lag: { events: 1, more: false } }]);
    expect(projections?.[0]?.lag.seconds).toBeGreaterThan(0);
  } finally {
    await held.rollbackTransaction();
    await held.release();
  }
  await upheld.upheld.caughtUp();
  expect((await ready(upheld)).projections).toMatchObject([{ lag: { events: 0 } }]);
});

it('is ready where another process projects', async () => {
  const database = await createDatabase();
  afterwards(() => database.drop());
  const both = [await running({ databaseUrl: database.url }), await running({ databaseUrl: database.url })];
  for (const one of both) expect((await ready(one)).projections).toMatchObject([{ projected: true }]);
});

it('probes the log on connections of its own, which no request waits for', async () => {
  const upheld = await running();
  await upheld.upheld.probeTargets.store.close();
  expect((await notReady(upheld)).log).toEqual({
    engine: 'postgresql',
    status: 'down',
    reason: 'the event store is closed',
  });
  expect((await upheld.post('/complaints', complaint('19007429'))).status).toBe(201);
  expect((await upheld.get('/complaints/19007429')).status).toBe(200);
});

it('is reported to containers by the exit code of their health check', async () => {
  const upheld = await running();
  const { port } = new URL(upheld.url);
  const check = (...question: string[]) => runProgram(HEALTH_CHECK, question, { UPHELD_PORT: port });
  for (const question of [[], ['live'], ['ready']]) {
    expect(await check(...question)).toEqual({ code: 0, stdout: '', stderr: '' });
  }
  await recordUnknownEvent(upheld.upheld.store);
  await until(async () => !(await isReady(upheld)));
  expect(await check('ready')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'not ready: 503: statistics is stopped by inquiry-1@0\n',
  });
  expect(await check('live')).toMatchObject({ code: 0 });
  await upheld.app.close();
  expect(await check('live')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^not live: .*ECONNREFUSED/) as unknown,
  });
});

it('is not ready while it shuts down', async () => {
  const upheld = await running();
  const readiness = upheld.app.get(Readiness);
  expect(await readiness.ask()).toMatchObject({ ready: true });
  await upheld.app.close();
  await expect(readiness.ask()).rejects.toMatchObject({
    code: 'not-ready',
    message: 'the service is shutting down',
  });
});

it.each(['/health/live', '/health/ready', '/metrics'])(
  '%s takes no query and no other method',
  async (path) => {
    const { url } = await running();
    const asked = await ask(url, `${path}?verbose=1`);
    expect(asked).toMatchObject({ status: 422, body: { errors: [{ parameter: 'verbose' }] } });
    const posted = await fetch(url + path, { method: 'POST', body: '{}' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  },
);
