import { Gauge, type Registry } from 'prom-client';
import type { ProjectionStatus } from './projection-status.js';
import { MAX_LAG_COUNTED } from './projection-health.js';

type Measured = Readonly<{ help: string; of: (status: ProjectionStatus) => number | null }>;

const ROUNDED = 'Rounded to the nearest double, which is exact up to 2^53.';

/** What is measured of every projection, by the last part of its name; null where there is nothing to tell. */
const MEASURED: Readonly<Record<string, Measured>> = {
  head_position: {
    help: `Position of the last event of the log that the projection follows. ${ROUNDED}`,
    of: ({ head }) => Number(head),
  },
  checkpoint_position: {
    help: `Position of the last event that the projection holds. ${ROUNDED}`,
    of: ({ checkpoint }) => Number(checkpoint),
  },
  lag_events: {
    help: `Events of the log that are not projected yet; ${MAX_LAG_COUNTED} where there are as many or more.`,
    of: ({ lag }) => lag.events,
  },
  lag_seconds: {
    help: "Age of the oldest event not projected yet by the database's clock, in seconds; 0 where there is none.",
    of: ({ lag }) => lag.seconds,
  },
  stopped: {
    help: '1 while an event that cannot be folded stops the projection, until it is resumed or skipped; else 0.',
    of: ({ stoppedBy }) => flag(stoppedBy !== null),
  },
  refused: {
    help: '1 while the projection refuses the log, as it was made from another one or from more of it; else 0.',
    of: ({ refused }) => flag(refused !== null),
  },
  rebuilding: {
    help: '1 while the projection is being rebuilt beside the one that serves; else 0.',
    of: ({ rebuild }) => flag(rebuild?.running === true),
  },
  projected: {
    help: '1 while a process, this one or another, projects; else 0.',
    of: ({ projected }) => flag(projected),
  },
  skipped_events: {
    help: 'Events that the projection leaves out for ever, each by an audited act.',
    of: ({ skipped }) => skipped.length,
  },
  failing: {
    help: '1 where something went wrong since the last page that was written; else 0.',
    of: ({ lastError }) => flag(lastError !== null),
  },
  last_error_timestamp_seconds: {
    help: 'When that went wrong, in seconds since 1970; absent where nothing did.',
    of: ({ lastError }) => (lastError === null ? null : Date.parse(lastError.at) / 1_000),
  },
};

/** Gauges of every projection, under its name. */
export class ProjectionMetrics {
  private readonly gauges: readonly Readonly<{ gauge: Gauge<'projection'>; of: Measured['of'] }>[];

  constructor(registry: Registry) {
    this.gauges = Object.entries(MEASURED).map(([name, { help, of }]) => ({
      gauge: new Gauge({
        name: `upheld_projection_${name}`,
        help,
        labelNames: ['projection'],
        registers: [registry],
      }),
      of,
    }));
  }

  /** Shows these statuses, and nothing of what was shown before: what nobody can tell is left out. */
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

function flag(so: boolean): 0 | 1 {
  return so ? 1 : 0;
}
