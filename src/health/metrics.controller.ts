import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import { apiSchemas } from '../platform/http/api-schemas.js';
import { Documented } from '../platform/http/route-docs.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { ProjectionMetrics } from '../projections/status/projection-metrics.js';
import { HealthProbe } from './health-probe.js';

/** Version 0.0.4 of the text format, which every Prometheus can read. */
const MetricsSchema = z
  .string()
  .describe('Metrics in the text format of Prometheus.')
  .register(apiSchemas, { id: 'Metrics' });

/** The metrics, for Prometheus. */
@ApiTags('Operation')
@Controller('metrics')
export class MetricsController {
  private readonly projections: ProjectionMetrics;
  private readonly database: Gauge;
  private readonly log: Gauge<'engine'>;

  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(HealthProbe) private readonly healthProbe: HealthProbe,
  ) {
    const registers = [metrics.registry];
    this.database = new Gauge({
      name: 'upheld_database_up',
      help: '1 where the PostgreSQL of the read models answered this scrape in time; else 0.',
      registers,
    });
    this.log = new Gauge({
      name: 'upheld_log_up',
      help: '1 where the log answered this scrape in time; else 0. The label names the engine that keeps it.',
      labelNames: ['engine'],
      registers,
    });
    this.projections = new ProjectionMetrics(metrics.registry);
  }

  @Get()
  @Documented({
    summary: 'Read the metrics',
    description:
      'For Prometheus to scrape: the process, requests by route, whether the database and the log answer, and every projection and reactor. It answers within about two seconds, also while the database or the log does not; projections are left out meanwhile.',
    answers: { 200: { means: 'The metrics.', schema: MetricsSchema, mediaType: 'text/plain' } },
    problems: { 503: null },
  })
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.headers({ 'cache-control': 'no-store', 'content-type': this.metrics.registry.contentType });
    const { database, log, projections } = await this.healthProbe.probe();
    this.database.set(database.status === 'up' ? 1 : 0);
    this.log.set({ engine: log.engine }, log.status === 'up' ? 1 : 0);
    this.projections.show(projections.status === 'up' ? projections.all : []);
    return this.metrics.text();
  }
}
