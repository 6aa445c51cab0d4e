import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { measureProcess } from './process-metrics.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function collections(registry: Registry): Promise<number> {
  const text = await registry.getSingleMetricAsString('nodejs_gc_duration_seconds');
  return Number(/^nodejs_gc_duration_seconds_count\{kind="major"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

async function untilCounted(registry: Registry, more: number): Promise<void> {
  for (let tries = 0; (await collections(registry)) < more; tries += 1) {
    if (tries === 100) throw new Error('no garbage collection was counted');
    collectGarbage();
    await pause(20);
  }
}

it('measures processor, memory, start, event loop and garbage collection under the usual names', async () => {
  const registry = new Registry();
  const end = measureProcess(registry);
  try {
    await untilCounted(registry, 1);
    const text = await registry.metrics();
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
      'nodejs_heap_size_used_bytes',
      'nodejs_eventloop_lag_max_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_version_info',
    ]) {
      expect(text).toMatch(new RegExp(`^${name}(\\{[^}]*\\})? \\d`, 'm'));
    }
    // In seconds: a process takes more than none and less than a day to have done this.
    const cpu = Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
    expect(cpu > 0 && cpu < 86_400).toBe(true);
  } finally {
    end();
  }
});

it('measures no more once it has ended, while another registry goes on', async () => {
  const [ended, going] = [new Registry(), new Registry()];
  const end = measureProcess(ended);
  const endOther = measureProcess(going);
  try {
    await untilCounted(ended, 1);
    end();
    const before = await collections(ended);
    await untilCounted(going, (await collections(going)) + 2);
    expect(await collections(ended)).toBe(before);
  } finally {
    endOther();
  }
});
