import { createRequire } from 'node:module';
import {
  constants,
  monitorEventLoopDelay,
  PerformanceObserver,
  type NodeGCPerformanceDetail,
} from 'node:perf_hooks';
import { Gauge, Histogram, type Registry } from 'prom-client';

/**
 * The default metrics of prom-client, one by one. Taken all at once they come with two more, which observe the
 * event loop and the garbage collector for as long as the process lives, and hold on to their registry; those two
 * are measured here under the same names, and end.
 */
const STANDARD = [
  'processCpuTotal',
  'processStartTime',
  'osMemoryHeap',
  'processOpenFileDescriptors',
  'processMaxFileDescriptors',
  'processResources',
  'heapSizeAndUsed',
  'heapSpacesSizeAndUsed',
  'version',
];

const require = createRequire(import.meta.url);

/** Measures this process into a registry until the answer is called. */
export function measureProcess(registry: Registry): () => void {
  for (const name of STANDARD) {
    const measure = require(`prom-client/lib/metrics/${name}.js`) as (into: Registry) => void;
    measure(registry);
  }
  const ends = [measureEventLoop(registry), measureGarbageCollection(registry)];
  return () => {
    for (const end of ends) end();
  };
}

const NANOSECONDS = 1e9;

/** How long events waited for the event loop, as of the last scrape. */
function measureEventLoop(registry: Registry): () => void {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const gauge = (statistic: string, words: string) =>
    new Gauge({
      name: `nodejs_eventloop_lag_${statistic}_seconds`,
      help: `${words} of the event loop since the last scrape, in seconds.`,
      registers: [registry],
    });
  const p50 = gauge('p50', 'Median delay');
  const p99 = gauge('p99', '99th percentile of the delays');
  new Gauge({
    name: 'nodejs_eventloop_lag_max_seconds',
    help: 'Longest delay of the event loop since the last scrape, in seconds.',
    registers: [registry],
    collect() {
      this.set(delays.max / NANOSECONDS);
      p50.set(delays.percentile(50) / NANOSECONDS);
      p99.set(delays.percentile(99) / NANOSECONDS);
      delays.reset();
    },
  });
  return () => {
    delays.disable();
  };
}

const KINDS: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

function measureGarbageCollection(registry: Registry): () => void {
  const durations = new Histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Durations of garbage collections by kind (major, minor, incremental or weakcb), in seconds.',
    labelNames: ['kind'],
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
    registers: [registry],
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as { detail?: NodeGCPerformanceDetail };
      durations.observe({ kind: KINDS.get(detail?.kind) ?? 'other' }, entry.duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    observer.disconnect();
  };
}
