import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { EventStore } from '../event-store/event-store.js';
import type { LogEngine } from '../event-store/open-event-store.js';
import type { BoundedDatabase } from '../platform/health/bounded-database.js';
import { redactedError } from '../platform/redacted-error.js';
import { singleFlight } from '../platform/single-flight.js';
import { withTimeout } from '../platform/timeout.js';
import type { Consumer } from '../projections/consumer.js';
import { MAX_LAG_COUNTED } from '../projections/status/projection-health.js';
import { projectionStatus, type ProjectionStatus } from '../projections/status/projection-status.js';

/** How long a component may take to answer, in milliseconds. */
export const PROBE_TIMEOUT_MS = 2_000;

/** What a probe asks. */
export type ProbeTargets = Readonly<{
  engine: LogEngine;
  /** The log, on connections that no request waits for. */
  store: EventStore;
  /** The database of the read models, on connections that are dropped after {@link PROBE_TIMEOUT_MS}. */
  database: Pick<BoundedDatabase, 'query'>;
  /** Projections and reactors. */
  consumers: readonly Consumer[];
}>;
/** The token under which Nest provides the {@link ProbeTargets}. */
export const PROBE_TARGETS = Symbol('ProbeTargets');

type Down = Readonly<{ status: 'down'; reason: string }>;

/** Whether a component answers; why not, where it does not. */
export type ComponentHealth = Readonly<{ status: 'up' }> | Down;

/** The health of everything that the application depends on, and whether it is shutting down. */
export type HealthReport = Readonly<{
  isClosing: boolean;
  database: ComponentHealth;
  log: ComponentHealth & Readonly<{ engine: LogEngine }>;
  /** Down where the database or the log does not answer, so that nothing is known of them. */
  projections: Down | Readonly<{ status: 'up'; all: readonly ProjectionStatus[] }>;
}>;

type Answer<Value> = Readonly<{ status: 'up'; value: Value }> | Down;

/** Asks the components in parallel, each for no longer than {@link PROBE_TIMEOUT_MS}. */
@Injectable()
export class HealthProbe implements BeforeApplicationShutdown {
  private readonly askDatabase: () => Promise<unknown>;
  private readonly askLog: () => Promise<unknown>;
  private readonly askProjections: () => Promise<readonly ProjectionStatus[]>;
  private isClosing = false;

  constructor(@Inject(PROBE_TARGETS) private readonly targets: ProbeTargets) {
    const { store, database, consumers } = targets;
    this.askDatabase = singleFlight(() => database.query('select 1'));
    this.askLog = singleFlight(() => store.head());
    this.askProjections = singleFlight(() =>
      Promise.all(
        consumers.map((consumer) => projectionStatus(consumer, { store, database }, MAX_LAG_COUNTED)),
      ),
    );
  }

  beforeApplicationShutdown(): void {
    this.isClosing = true;
  }

  /** Never throws: a component that does not answer is down. */
  async probe(): Promise<HealthReport> {
    const [database, log, projections] = await Promise.all([
      answerOf(this.askDatabase()),
      answerOf(this.askLog()),
      answerOf(this.askProjections()),
    ]);
    return {
      isClosing: this.isClosing,
      database: healthOf(database),
      log: { engine: this.targets.engine, ...healthOf(log) },
      projections: projections.status === 'up' ? { status: 'up', all: projections.value } : projections,
    };
  }
}

async function answerOf<Value>(question: Promise<Value>): Promise<Answer<Value>> {
  try {
    return { status: 'up', value: await withTimeout(PROBE_TIMEOUT_MS, question) };
  } catch (error) {
    return { status: 'down', reason: redactedError(error) };
  }
}

function healthOf(answer: Answer<unknown>): ComponentHealth {
  return answer.status === 'up' ? { status: 'up' } : answer;
}
