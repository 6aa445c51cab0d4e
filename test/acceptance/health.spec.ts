import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { z } from 'zod';
import { envelope } from '../../src/event-store/command-envelope.js';
import { LivenessSchema, NotReadySchema, ReadinessSchema } from '../../src/operation/health.schemas.js';
import { Readiness } from '../../src/operation/readiness.js';
import { rebuild } from '../../src/projections/rebuild.js';
import { resumeProjection, skipEvent } from '../../src/projections/stops.js';
import { SeverableLink } from '../contract/severable-link.js';
import { runProgram } from '../support/command-line.js';
import { complaint } from '../support/http-cases.js';
import { createDatabase } from '../support/database.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { until } from '../support/projections.js';
import { runUpheld, type RunningOn, type RunningUpheld } from '../support/running-upheld.js';

const HEALTH_CHECK = fileURLToPath(new URL('../../bin/health-check.js', import.meta.url));

/** More than the two seconds that it may take, on a machine that has much else to do. */
const BOUND = 10_000;

async function ask(url: string, path: string) {
  const answer = await fetch(url + path, { signal: AbortSignal.timeout(BOUND) });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** What the application says when it is ready. */
async function ready({ url }: RunningUpheld): Promise<z.infer<typeof ReadinessSchema>> {
  const { status, headers, body } = await ask(url, '/health/ready');
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'application/json; charset=utf-8',
    'no-store',
  ]);
  return ReadinessSchema.parse(body);
}

/** What the application says when it is not; that it is alive it says all the while. */
async function notReady({ url }: RunningUpheld): Promise<z.infer<typeof NotReadySchema>> {
  const { status, headers, body } = await ask(url, '/health/ready');
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    503,
    'application/problem+json',
    'no-store',
  ]);
  expect(headers.get('retry-after')).toBe('2');
  expect(JSON.stringify(body)).not.toMatch(/postgres(ql)?:\/\/|esdb:|\bat [^ ]+ \(|node_modules/);
  expect((await ask(url, '/health/live')).status).toBe(200);
  return NotReadySchema.parse(body);
}

const isReady = async ({ url }: RunningUpheld) => (await ask(url, '/health/ready')).status === 200;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function running(on: RunningOn = {}): Promise<RunningUpheld> {
  const upheld = await runUpheld(on);
  closing.push(() => upheld.close());
  await upheld.upheld.caughtUp();
  return upheld;
}

/** What a newer program may have put into the log. */
async function recordUnknownEvent({ upheld }: RunningUpheld): Promise<void> {
  const command = { id: 'c-1', contentHash: '00ff' };
  await upheld.store.append('inquiry-1', 'no-stream', [
    {
      id: randomUUID(),
      type: 'InquiryOpened',
      version: 1,
      data: { subject: 'Housing' },
      metadata: {
        actor: { id: 'cw-7', role: 'caseworker' },
        recordedAt: '2026-04-01T09:00:00.000Z',
        correlationId: 'c-1',
        causationId: 'c-1',
        command,
      },
    },
  ]);
}

const act = () => envelope({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'));

it('is alive, and ready with the log in PostgreSQL', async () => {
  const upheld = await running();
  const head = String(await upheld.upheld.store.head());
  expect(await ready(upheld)).toEqual({
    ready: true,
    database: { status: 'up', reason: null },
    log: { engine: 'postgresql', status: 'up', reason: null },
    projections: [
      {
        projection: 'statistics',
        state: 'live',
        head,
        checkpoint: head,
        lag: { events: 0, more: false, seconds: 0 },
        projected: true,
        lastError: null,
        stoppedBy: null,
        skipped: 0,
        refused: null,
      },
    ],
  });
  const { status, headers, body } = await ask(upheld.url, '/health/live');
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(LivenessSchema.parse(body)).toEqual({ live: true });
});

it('is not ready while an event has stopped a projection, and shows for ever what was skipped', async () => {
  const upheld = await running();
  await recordUnknownEvent(upheld);
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
  expect((await ready(upheld)).projections).toMatchObject([{ state: 'live', stoppedBy: null, skipped: 1 }]);
});

it('is not ready while a projection refuses the log it is given, until it is rebuilt from it', async () => {
  const upheld = await running();
  const { databaseUrl, database, store, projections } = upheld.upheld;
  await database.query('update event_log_identity set id = gen_random_uuid()');
  const { detail, projections: told } = await notReady(upheld);
  expect(detail).toMatch(/^statistics comes from the log postgres:\S+, not from postgres:\S+;/);
  expect(told).toMatchObject([{ projection: 'statistics', refused: detail, stoppedBy: null }]);
  const [projection] = projections;
  if (projection === undefined) throw new Error('there is no projection');
  await rebuild({ databaseUrl, database, store, projection, signal: new AbortController().signal });
  expect((await ready(upheld)).projections).toMatchObject([{ refused: null }]);
});

it('is ready while a projection is merely behind, and says by how much', async () => {
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
  closing.push(() => database.drop());
  const both = [await running({ databaseUrl: database.url }), await running({ databaseUrl: database.url })];
  for (const one of both) expect((await ready(one)).projections).toMatchObject([{ projected: true }]);
});

it('is not ready while EventStoreDB refuses connections or says nothing, and ready again by itself', async () => {
  const fake = await FakeEventStoreDb.start();
  closing.push(() => fake.stop());
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

describe('while PostgreSQL is away', () => {
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
    closing.push(() => database.drop());
    link = await SeverableLink.to(database.url);
    closing.push(() => link.close());
    upheld = await running({ databaseUrl: link.url, logger });
  });
  afterEach(() => link.open());

  it('is not ready, says so in the log once, and is ready again by itself', async () => {
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

  it('answers in time where PostgreSQL takes what is sent and says nothing', async () => {
    link.silence();
    const { database, log } = await notReady(upheld);
    expect([database.status, log.status]).toEqual(['down', 'down']);
    await link.open();
    await until(() => isReady(upheld), 30_000);
  }, 60_000);
});

it('is told to containers by the exit code of their health check', async () => {
  const upheld = await running();
  const { port } = new URL(upheld.url);
  const check = (...question: string[]) => runProgram(HEALTH_CHECK, question, { UPHELD_PORT: port });
  for (const question of [[], ['live'], ['ready']]) {
    expect(await check(...question)).toEqual({ code: 0, stdout: '', stderr: '' });
  }
  await recordUnknownEvent(upheld);
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
