import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckAttempt,
  type HealthCheckResult,
} from '@nestjs/terminus';
import type { EventStore } from '../event-store/event-store.js';
import { withTimeout } from '../platform/timeout.js';
import type { BoundedDatabase } from '../platform/health/bounded-database.js';
import { singleFlight } from '../platform/health/single-flight.js';
import { redactedError } from '../platform/redacted-error.js';
import { projectionStatus, type ProjectionStatus } from '../projections/status/projection-status.js';
import { MAX_LAG_COUNTED } from '../projections/status/projection-health.js';

/** How long a part may take to say how it is, in milliseconds. */
export const PROBE_TIMEOUT_MS = 2_000;

/** What keeps the log. */
export const LOG_ENGINES = ['postgresql', 'eventstoredb'] as const;
type LogEngine = (typeof LOG_ENGINES)[number];

/** What is asked how it is. */
export type ProbeTargets = Readonly<{
  engine: LogEngine;
  /** The log, asked so that no request waits for it. */
  store: EventStore;
  /** The database of the read models, by connections that are given up after {@link PROBE_TIMEOUT_MS}. */
  database: Pick<BoundedDatabase, 'query'>;
  /** The projections' names. */
  projections: readonly string[];
}>;
/** Under this token the application is given its {@link ProbeTargets}. */
export const PROBE_TARGETS = Symbol('Watched');

/** Whether a part answers; why not, where it does not. */
export type ComponentHealth = Readonly<{ status: 'up' } | { status: 'down'; reason: string }>;

/** How everything is that the application stands on, and whether it is shutting down. */
export type HealthReport = Readonly<{
  isClosing: boolean;
  database: ComponentHealth;
  log: ComponentHealth & Readonly<{ engine: LogEngine }>;
  /** Why not, where they cannot be told of: the database or the log does not answer. */
  projections:
    (ComponentHealth & { status: 'down' }) | Readonly<{ status: 'up'; all: readonly ProjectionStatus[] }>;
}>;

/** Looks at what the application stands on. What does not answer is waited for no longer than {@link PROBE_TIMEOUT_MS}. */
@Injectable()
export class HealthProbe {
  private readonly askDatabase: () => Promise<unknown>;
  private readonly askLog: () => Promise<unknown>;
  private readonly askProjections: () => Promise<readonly ProjectionStatus[]>;

  constructor(
    @Inject(HealthCheckService) private readonly checks: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(PROBE_TARGETS) private readonly watched: ProbeTargets,
  ) {
    const { store, database, projections } = watched;
    this.askDatabase = singleFlight(() => database.query('select 1'));
    this.askLog = singleFlight(() => store.head());
    this.askProjections = singleFlight(() =>
      Promise.all(projections.map((name) => projectionStatus(name, { store, database }, MAX_LAG_COUNTED))),
    );
  }

  /** Never throws: what cannot be told is told so. */
  async probe(): Promise<HealthReport> {
    const statuses = this.askProjections();
    const { status, details } = await this.check([
      this.attempt('database', this.askDatabase()),
      this.attempt('log', this.askLog()),
      this.attempt('projections', statuses),
    ]);
    const projections = answering(details['projections']);
    return {
      isClosing: status === 'shutting_down',
      database: answering(details['database']),
      log: { engine: this.watched.engine, ...answering(details['log']) },
      projections: projections.status === 'up' ? { status: 'up', all: await statuses } : projections,
    };
  }

  private attempt(part: string, answer: Promise<unknown>): HealthCheckAttempt {
    return this.indicators.check(part).attempt(async () => {
      try {
        await withTimeout(PROBE_TIMEOUT_MS, answer);
      } catch (failure) {
        throw new Error(redactedError(failure), { cause: failure });
      }
    });
  }

  /** Terminus throws what it found where all is not well. */
  private async check(attempts: HealthCheckAttempt[]): Promise<HealthCheckResult> {
    try {
      return await this.checks.check(attempts);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return error.getResponse() as HealthCheckResult;
    }
  }
}

function answering(found: HealthCheckResult['details'][string] | undefined): ComponentHealth {
  return found?.status === 'up' ? { status: 'up' } : { status: 'down', reason: String(found?.['message']) };
}
