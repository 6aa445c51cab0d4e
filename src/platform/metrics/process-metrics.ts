import { collectDefaultMetrics, Registry } from 'prom-client';

/** What cannot be told of no delay at all, as when two scrapes follow close on one another. */
const NOT_OF_NONE = ['min', 'mean', 'stddev'];

let ofProcess: Registry | undefined;

/**
 * What is measured of the process under the usual names, from the first call on. It is one process, however many
 * applications it holds, and is measured once; that neither keeps it running nor holds on to any of them.
 */
export function processRegistry(): Registry {
  if (ofProcess !== undefined) return ofProcess;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  for (const statistic of NOT_OF_NONE) {
    ofProcess.removeSingleMetric(`nodejs_eventloop_lag_${statistic}_seconds`);
  }
  for (const metric of ofProcess.getMetricsAsArray()) {
    const saysUnit = !metric.name.includes('_seconds') || metric.help.includes('seconds');
    if (!saysUnit) metric.help = `${metric.help} In seconds.`;
  }
  return ofProcess;
}
