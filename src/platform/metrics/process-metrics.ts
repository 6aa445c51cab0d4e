import { collectDefaultMetrics, Registry } from 'prom-client';

/** Statistics that are NaN where no delay was measured, as when one scrape follows close on another. */
const NAN_WITHOUT_DELAYS = ['min', 'mean', 'stddev'];

let shared: Registry | undefined;

/**
 * The metrics of the process under their usual names, measured from the first call on. All applications of the process
 * share them. Measuring neither keeps the process running nor holds any application in memory.
 */
export function processRegistry(): Registry {
  if (shared !== undefined) return shared;
  shared = new Registry();
  collectDefaultMetrics({ register: shared });
  for (const statistic of NAN_WITHOUT_DELAYS) {
    shared.removeSingleMetric(`nodejs_eventloop_lag_${statistic}_seconds`);
  }
  for (const metric of shared.getMetricsAsArray()) {
    const saysUnit = !metric.name.includes('_seconds') || metric.help.includes('seconds');
    if (!saysUnit) metric.help = `${metric.help} In seconds.`;
  }
  return shared;
}
