import { Inject, Injectable, Logger } from '@nestjs/common';
import { NotReady } from '../platform/health/not-ready.js';
import { projectionHealth, unreliableReason } from '../projections/status/projection-health.js';
import type { Health } from './health.schemas.js';
import { HealthProbe, type ComponentHealth, type HealthReport } from './health-probe.js';

/**
 * Decides whether the application can do its work. It cannot while the database or the log does not answer, while
 * a projection stands still until someone acts ({@link unreliableReason}), and when it is shutting down.
 */
@Injectable()
export class Readiness {
  private readonly logger = new Logger(Readiness.name);
  private wasReady = true;

  constructor(@Inject(HealthProbe) private readonly watch: HealthProbe) {}

  /** @throws NotReady with what each part said of itself. */
  async ask(): Promise<Health & { ready: true }> {
    const sight = await this.watch.probe();
    const health = healthOf(sight);
    const why = whyNot(sight, health);
    this.logChange(why);
    if (why === null) return { ready: true, ...health };
    throw new NotReady(why, { ready: false, ...health });
  }

  /** Once for each change: it is asked every few seconds, however long an outage lasts. */
  private logChange(why: string | null): void {
    if (this.wasReady && why !== null) this.logger.error(`not ready: ${why}`);
    if (!this.wasReady && why === null) this.logger.warn('ready again');
    this.wasReady = why === null;
  }
}

function whyNot(sight: HealthReport, health: Health): string | null {
  const whys = [
    sight.isClosing ? 'the service is shutting down' : null,
    down(sight.database, 'PostgreSQL'),
    down(sight.log, 'the log'),
    ...whyNoProjections(sight, health),
  ].filter((why) => why !== null);
  return whys.length === 0 ? null : whys.join('; ');
}

function whyNoProjections({ database, log, projections }: HealthReport, health: Health): (string | null)[] {
  if (projections.status === 'up') return (health.projections ?? []).map(unreliableReason);
  // That they cannot be told of where these do not answer goes without saying.
  return database.status === 'up' && log.status === 'up' ? [down(projections, 'the projections')] : [];
}

function healthOf({ database, log, projections }: HealthReport): Health {
  return {
    database: told(database),
    log: { engine: log.engine, ...told(log) },
    projections: projections.status === 'up' ? projections.all.map(projectionHealth) : null,
  };
}

function told(part: ComponentHealth): Health['database'] {
  return { status: part.status, reason: part.status === 'up' ? null : part.reason };
}

function down(part: ComponentHealth, name: string): string | null {
  return part.status === 'up' ? null : `${name}: ${part.reason}`;
}
