import { Gauge, type Registry } from 'prom-client';
import { MAX_LAG_COUNTED } from './projection-health.js';
import type { ProjectionStatus } from './projection-status.js';

type Metric = Readonly<{ help: string; of: (status: ProjectionStatus) => number | null }>;

const ROUNDED = 'Rounded to the nearest double, which is exact up to 2^53.';

/** The metrics of every projection and reactor, by the last part of their names; null where there is no value. */
const METRICS: Readonly<Record<string, Metric>> = {
  head_position: {
    help: `Position of the last event of the log that the projection follows. ${ROUNDED}`,
    of: ({ head }) => Number(head),
  },
  checkpoint_position: {
    help: `Position of the last event that it has handled. ${ROUNDED}`,
    of: ({ checkpoint }) => Number(checkpoint),
  },
  lag_events: {
    help: `Events of the log that are not handled yet; ${MAX_LAG_COUNTED} where there are as many or more.`,
    of: ({ lag }) => lag.events,
  },
  lag_seconds: {
    help: "Age by the database's clock of the oldest event that is not handled yet, in seconds; 0 where there is none.",
    of: ({ lag }) => lag.seconds,
  },
  stopped: {
    help: '1 while an event that cannot be handled stops the projection, until it is resumed or skipped; else 0.',
    of: ({ stoppedBy }) => flag(stoppedBy !== null),
  },
  refused: {
    help: '1 while the projection refuses the log, another one or more of which it was made from, or newer tables; else 0.',
    of: ({ refused }) => flag(refused !== null),
  },
  rebuilding: {
    help: '1 while the projection is rebuilt beside the tables that serve; else 0.',
    of: ({ rebuild }) => flag(rebuild?.running === true),
  },
  projected: {
    help: '1 while a process, this one or another, runs it; else 0.',
    of: ({ projected }) => flag(projected),
  },
  skipped_events: {
    help: 'Events that an operator had left out for ever.',
    of: ({ skipped }) => skipped.length,
  },
  failing: {
    help: '1 where an error occurred since the last page that was written; else 0.',
    of: ({ lastError }) => flag(lastError !== null),
  },
  last_error_timestamp_seconds: {
    help: 'When the last error occurred, in seconds since 1970; absent where there is none.',
    of: ({ lastError }) => (lastError === null ? null : Date.parse(lastError.at) / 1_000),
  },
};

/** Gauges of projections and reactors, labelled with their names. */
export class ProjectionMetrics {
  private readonly gauges: readonly Readonly<{ gauge: Gauge<'projection'>; of: Metric['of'] }>[];

  constructor(registry: Registry) {
    this.gauges = Object.entries(METRICS).map(([name, { help, of }]) => ({
      gauge: new Gauge({
        name: `upheld_projection_${name}`,
        help,
        labelNames: ['projection'],
        registers: [registry],
      }),
      of,
    }));
  }

  /** Replaces all values by those of these statuses. */
  show(statuses: readonly ProjectionStatus[]): void {
    for (const { gauge, of } of this.gauges) {
      gauge.reset();
      for (const status of statuses) {
        const value = of(status);
        if (value !== null) gauge.set({ projection: status.projection }, value);
      }
    }
  }
}

function flag(is: boolean): 0 | 1 {
  return is ? 1 : 0;
}
