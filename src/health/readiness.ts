import { Inject, Injectable, Logger } from '@nestjs/common';
import { NotReady } from '../platform/health/not-ready.js';
import { projectionHealth, unreliableReason } from '../projections/status/projection-health.js';
import type { Health } from './health.schemas.js';
import { HealthProbe, type ComponentHealth, type HealthReport } from './health-probe.js';

/**
 * Decides whether the application can do its work. It cannot while the database or the log does not answer, while a
 * projection or a reactor waits for an operator ({@link unreliableReason}), and when it is shutting down.
 */
@Injectable()
export class Readiness {
  private readonly logger = new Logger(Readiness.name);
  private wasReady = true;

  constructor(@Inject(HealthProbe) private readonly healthProbe: HealthProbe) {}

  /** @throws NotReady with the health of each component. */
  async ask(): Promise<Health & { ready: true }> {
    const report = await this.healthProbe.probe();
    const health = healthOf(report);
    const reason = reasonNotReady(report, health);
    this.logChange(reason);
    if (reason === null) return { ready: true, ...health };
    throw new NotReady(reason, { ready: false, ...health });
  }

  /** Logs each change once: readiness is asked every few seconds, however long an outage lasts. */
  private logChange(reason: string | null): void {
    if (this.wasReady && reason !== null) this.logger.error(`not ready: ${reason}`);
    if (!this.wasReady && reason === null) this.logger.warn('ready again');
    this.wasReady = reason === null;
  }
}

function reasonNotReady(report: HealthReport, health: Health): string | null {
  const reasons = [
    report.isClosing ? 'the service is shutting down' : null,
    reasonDown(report.database, 'PostgreSQL'),
    reasonDown(report.log, 'the log'),
    ...reasonsOfProjections(report, health),
  ].filter((reason) => reason !== null);
  return reasons.length === 0 ? null : reasons.join('; ');
}

function reasonsOfProjections(
  { database, log, projections }: HealthReport,
  health: Health,
): (string | null)[] {
  if (projections.status === 'up') return (health.projections ?? []).map(unreliableReason);
  // Where the database or the log is down, that is the reason already.
  return database.status === 'up' && log.status === 'up' ? [reasonDown(projections, 'the projections')] : [];
}

function healthOf({ database, log, projections }: HealthReport): Health {
  return {
    database: shown(database),
    log: { engine: log.engine, ...shown(log) },
    projections: projections.status === 'up' ? projections.all.map(projectionHealth) : null,
  };
}

function shown(component: ComponentHealth): Health['database'] {
  return { status: component.status, reason: component.status === 'up' ? null : component.reason };
}

function reasonDown(component: ComponentHealth, name: string): string | null {
  return component.status === 'up' ? null : `${name}: ${component.reason}`;
}
