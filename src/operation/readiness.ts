import { Inject, Injectable, Logger, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorFunction,
} from '@nestjs/terminus';
import { NotReady } from '../platform/health/not-ready.js';
import { projectionHealth, whyUnreliable } from '../projections/projections.health.js';
import type { Health } from './health.schemas.js';
import { Watch, type Answering, type Sight } from './watch.js';

/**
 * Decides whether the application can do its work. It cannot while the database or the log does not answer, while
 * a projection stands still until someone acts ({@link whyUnreliable}), and when it is shutting down.
 */
@Injectable()
export class Readiness {
  private readonly logger = new Logger(Readiness.name);
  private wasReady = true;

  constructor(
    @Inject(Watch) private readonly watch: Watch,
    @Inject(HealthCheckService) private readonly checks: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  /** @throws NotReady with what each part said of itself. */
  async ask(): Promise<Health & { ready: true }> {
    const sight = await this.watch.look();
    const health = healthOf(sight);
    const why = await this.whyNot([
      this.part('database', down(sight.database, 'PostgreSQL')),
      this.part('log', down(sight.log, 'the log')),
      this.part('projections', this.whyNoProjections(sight, health)),
    ]);
    this.logChange(why);
    if (why === null) return { ready: true, ...health };
    throw new NotReady(why, { ready: false, ...health });
  }

  private part(name: string, why: string | null): HealthIndicatorFunction {
    const indicator = this.indicators.check(name);
    return () => (why === null ? indicator.up() : indicator.down(why));
  }

  private whyNoProjections({ database, log, projections }: Sight, health: Health): string | null {
    if (projections.status === 'up') {
      const whys = (health.projections ?? []).map(whyUnreliable).filter((why) => why !== null);
      return whys.length === 0 ? null : whys.join('; ');
    }
    // That they cannot be told of then goes without saying.
    return database.status === 'up' && log.status === 'up' ? down(projections, 'the projections') : null;
  }

  private async whyNot(parts: HealthIndicatorFunction[]): Promise<string | null> {
    try {
      await this.checks.check(parts);
      return null;
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { status, error: failed } = error.getResponse() as HealthCheckResult;
      const whys = Object.values(failed ?? {}).map((part) => String(part?.['message']));
      return [...(status === 'shutting_down' ? ['the service is shutting down'] : []), ...whys].join('; ');
    }
  }

  /** Once for each change: it is asked every few seconds, however long an outage lasts. */
  private logChange(why: string | null): void {
    if (this.wasReady && why !== null) this.logger.error(`not ready: ${why}`);
    if (!this.wasReady && why === null) this.logger.warn('ready again');
    this.wasReady = why === null;
  }
}

function healthOf({ database, log, projections }: Sight): Health {
  return {
    database: told(database),
    log: { engine: log.engine, ...told(log) },
    projections: projections.status === 'up' ? projections.all.map(projectionHealth) : null,
  };
}

function told(part: Answering): Health['database'] {
  return { status: part.status, reason: part.status === 'up' ? null : part.reason };
}

function down(part: Answering, name: string): string | null {
  return part.status === 'up' ? null : `${name}: ${part.reason}`;
}
