import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { processRegistry } from './process-metrics.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function collections(): Promise<number> {
  const text = await processRegistry().getSingleMetricAsString('nodejs_gc_duration_seconds');
  return Number(/^nodejs_gc_duration_seconds_count\{kind="major"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

async function untilCounted(more: number): Promise<void> {
  for (let tries = 0; (await collections()) < more; tries += 1) {
    if (tries === 100) throw new Error('no garbage collection was counted');
    collectGarbage();
    await pause(20);
  }
}

/** Processor time of the process since then, in seconds. */
function secondsSince(earlier: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(earlier);
  return (user + system) / 1e6;
}

it('measures processor, memory, start, event loop and garbage collection under their usual names', async () => {
  const before = process.cpuUsage();
  processRegistry();
  const begun = process.cpuUsage();
  await untilCounted(1);
  const least = secondsSince(begun);
  const text = await processRegistry().metrics();
  const most = secondsSince(before);
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'nodejs_heap_size_used_bytes',
    'nodejs_eventloop_lag_seconds',
    'nodejs_version_info',
  ]) {
    expect(text).toMatch(new RegExp(`^${name}(\\{[^}]*\\})? \\d`, 'm'));
  }
  const cpu = Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
  expect(cpu).toBeGreaterThanOrEqual(least);
  expect(cpu).toBeLessThanOrEqual(most);
});

type Delays = Readonly<{ p50: number; p99: number; max: number }>;

async function delays(): Promise<Delays> {
  const text = await processRegistry().metrics();
  const of = (statistic: string) =>
    Number(new RegExp(`^nodejs_eventloop_lag_${statistic}_seconds (\\S+)$`, 'm').exec(text)?.[1]);
  return { p50: of('p50'), p99: of('p99'), max: of('max') };
}

function keepBusy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

it('measures how long the event loop was blocked since the last scrape, all over the same time', async () => {
  await delays();
  await pause(50);
  keepBusy(200);
  await pause(50);
  const busy = await delays();
  expect(busy.max).toBeGreaterThanOrEqual(0.15);
  expect(busy.p99).toBeGreaterThanOrEqual(0.15);
  expect(busy.p99).toBeLessThanOrEqual(busy.max);
  expect(busy.p50).toBeGreaterThan(0);
  expect(busy.p50).toBeLessThanOrEqual(busy.p99);
});

it('has a value for every metric, also when one scrape follows close on another', async () => {
  await processRegistry().metrics();
  const text = await processRegistry().metrics();
  expect(text).not.toMatch(/ nan$/im);
  const measured = await delays();
  expect(measured.max).toBeLessThan(3_600);
});

it('is one registry for all applications, and can be merged with others', async () => {
  expect(processRegistry()).toBe(processRegistry());
  const other = new Registry();
  expect(await Registry.merge([other, processRegistry()]).metrics()).toContain('process_cpu_seconds_total');
  expect(await other.metrics()).not.toContain('process_cpu');
});
