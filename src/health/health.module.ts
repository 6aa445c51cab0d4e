import { Module } from '@nestjs/common';
import { Metrics } from '../platform/metrics/metrics.js';
import { HealthProbe } from './health-probe.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Readiness } from './readiness.js';

@Module({
  controllers: [HealthController, MetricsController],
  providers: [Metrics, HealthProbe, Readiness],
  exports: [Metrics],
})
export class HealthModule {}
