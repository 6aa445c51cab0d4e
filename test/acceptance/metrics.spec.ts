import { randomUUID } from 'node:crypto';
import { noteLastError } from '../../src/projections/checkpoint.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { skipEvent } from '../../src/projections/stopped-projection.js';
import { Metrics } from '../../src/platform/metrics/metrics.js';
import { SeverableLink } from '../contract/severable-link.js';
import { complaint } from '../support/http-cases.js';
import { createDatabase } from '../support/database.js';
import { until } from '../support/projections.js';
import { readMetrics, valueOf, type Family } from '../support/prometheus-text.js';
import { consumerOf, upheldOfTests, type RunningUpheld } from '../support/running-upheld.js';
import { recordUnknownEvent } from '../support/unknown-event.js';

type Scrape = ReadonlyMap<string, Family>;

async function scrape(url: string): Promise<Scrape> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'no-store',
  ]);
  return readMetrics(await answer.text());
}

const PROJECTION = { projection: 'statistics' };
const of = (families: Scrape, name: string) => valueOf(families, `upheld_projection_${name}`, PROJECTION);

/** Every gauge of the projection, by the last part of its name. */
function projection(families: Scrape): Record<string, number | undefined> {
  const names = [...families.keys()].filter((name) => name.startsWith('upheld_projection_'));
  return Object.fromEntries(
    names.map((name) => [name.replace('upheld_projection_', ''), valueOf(families, name, PROJECTION)]),
  );
}

const requests = (families: Scrape) =>
  (families.get('upheld_http_request_duration_seconds')?.samples ?? []).filter(({ name }) =>
    name.endsWith('_count'),
  );

const { started, running, afterwards } = upheldOfTests();

it('show the state of database, log and projection', async () => {
  const { url, upheld } = await running();
  const families = await scrape(url);
  expect(valueOf(families, 'upheld_database_up')).toBe(1);
  expect(valueOf(families, 'upheld_log_up', { engine: 'postgresql' })).toBe(1);
  const status = await projectionStatus(consumerOf(upheld, 'statistics'), upheld);
  expect(status.head).toBeGreaterThan(300n);
  expect(projection(families)).toEqual({
    head_position: Number(status.head),
    checkpoint_position: Number(status.checkpoint),
    lag_events: 0,
    lag_seconds: 0,
    stopped: 0,
    refused: 0,
    rebuilding: 0,
    projected: 1,
    skipped_events: 0,
    failing: 0,
    last_error_timestamp_seconds: undefined,
  });
});

it('show a stop, the events behind it and what was skipped', async () => {
  const { url, upheld, post } = await running();
  await recordUnknownEvent(upheld.store);
  await until(async () => of(await scrape(url), 'stopped') === 1);
  await post('/complaints', complaint('19007429'));
  const stopped = await scrape(url);
  const { head, checkpoint } = await projectionStatus(consumerOf(upheld, 'statistics'), upheld);
  expect(projection(stopped)).toMatchObject({
    lag_events: 2,
    head_position: Number(head),
    checkpoint_position: Number(checkpoint),
    skipped_events: 0,
  });
  expect(of(stopped, 'lag_seconds')).toBeGreaterThan(0);
  const operator = commandContext({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'));
  await skipEvent('statistics', 'opened on trial', operator, upheld);
  await upheld.caughtUp();
  expect(projection(await scrape(url))).toMatchObject({ stopped: 0, lag_events: 0, skipped_events: 1 });
});

it('show that no process projects, and when a projection last failed, but not the message', async () => {
  const { url, upheld } = await started({ projecting: false });
  await noteLastError('statistics', 'Error: the disk is full', upheld.database);
  const answer = await (await fetch(`${url}/metrics`)).text();
  const { lastError, lag } = await projectionStatus(consumerOf(upheld, 'statistics'), upheld);
  expect(lag.events).toBeGreaterThan(300);
  expect(projection(readMetrics(answer))).toMatchObject({
    projected: 0,
    failing: 1,
    last_error_timestamp_seconds: Date.parse(lastError?.at ?? '') / 1_000,
    checkpoint_position: 0,
    lag_events: lag.events,
  });
  expect(answer).not.toContain('disk');
});

it('show a projection that refuses its log', async () => {
  const { url, upheld } = await running();
  expect(of(await scrape(url), 'refused')).toBe(0);
  await upheld.database.query('update event_log_identity set id = gen_random_uuid()');
  expect(of(await scrape(url), 'refused')).toBe(1);
});

it('are answered while PostgreSQL does not answer, without the values that are then unknown', async () => {
  const database = await createDatabase();
  afterwards(() => database.drop());
  const link = await SeverableLink.to(database.url);
  afterwards(() => link.close());
  const { url } = await running({ databaseUrl: link.url });
  await link.close();
  const families = await scrape(url);
  expect(valueOf(families, 'upheld_database_up')).toBe(0);
  expect(valueOf(families, 'upheld_log_up', { engine: 'postgresql' })).toBe(0);
  expect(new Set(Object.values(projection(families)))).toEqual(new Set([undefined]));
  expect(valueOf(families, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  await link.open();
  await until(async () => of(await scrape(url), 'stopped') === 0);
}, 60_000);

it('measure requests by method, route and class of status, and by no text that a caller can choose', async () => {
  const { url, get, post } = await running();
  await get('/statistics/2019-20');
  await get('/statistics/2020-21');
  await get('/statistics/never');
  await post('/complaints', complaint('19007429'));
  for (const made of ['/v1/nothing', `/${randomUUID()}`, '/%00', '/v1/statistics/2019-20?x=1'])
    await fetch(url + made);
  await fetch(`${url}/${randomUUID()}`, { method: 'PROPFIND' });
  await fetch(`${url}/v1/statistics/2019-20`, { method: 'DELETE' });
  // An answer is counted after it was sent, so the last one may be missing at first.
  await until(async () => requests(await scrape(url)).some(({ labels }) => labels['method'] === 'DELETE'));
  const counted = requests(await scrape(url))
    .filter(({ labels }) => labels['route'] !== '/metrics')
    .map(
      ({ labels: { method, route, status }, value }) =>
        `${method ?? ''} ${route ?? ''} ${status ?? ''} ${value}`,
    );
  expect(counted.sort()).toEqual([
    'DELETE /v1/statistics/:year 4xx 1',
    'GET /v1/statistics/:year 2xx 2',
    'GET /v1/statistics/:year 4xx 2',
    'GET unknown 4xx 3',
    'POST /v1/complaints 2xx 1',
    'other unknown 4xx 1',
  ]);
});

it('keep their values when the application has closed, for a last scrape during the shutdown', async () => {
  const upheld = await started();
  const metrics = upheld.app.get(Metrics);
  await upheld.get('/statistics/2019-20');
  await upheld.close();
  const labels = { method: 'GET', route: '/v1/statistics/:year', status: '2xx' };
  const last = readMetrics(await metrics.text());
  expect(valueOf(last, 'upheld_http_request_duration_seconds_count', labels)).toBe(1);
});

it('name the unit of everything, in the name and in the help', async () => {
  const { url } = await running();
  for (const { name, help } of (await scrape(url)).values()) {
    for (const unit of ['seconds', 'bytes']) {
      const named: boolean = name.includes(unit);
      expect({ name, unit, named }).toEqual({ name, unit, named: help.includes(unit) });
    }
    if (name.includes('position')) expect(help).toContain('double');
    if (name.startsWith('upheld_')) expect(name).not.toMatch(/_(ms|millis|minutes|kb|mb|percent)(_|$)/);
  }
});

it('of two applications in one process are separate, also when one ends', async () => {
  const [one, other] = [await started(), await running()];
  await one.get('/statistics/2019-20');
  const routes = async ({ url }: RunningUpheld) =>
    requests(await scrape(url)).map(({ labels: { route } }) => route);
  await until(async () => (await routes(one)).includes('/v1/statistics/:year'));
  expect(await routes(other)).not.toContain('/v1/statistics/:year');
  await one.close();
  expect(valueOf(await scrape(other.url), 'upheld_database_up')).toBe(1);
});
