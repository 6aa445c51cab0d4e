import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Metrics } from '../platform/metrics/metrics.js';
import { HealthProbe } from './health-probe.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Readiness } from './readiness.js';

@Module({
  // Terminus would log every question that is answered with no; readiness logs each change once.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, MetricsController],
  providers: [Metrics, HealthProbe, Readiness],
  exports: [Metrics],
})
export class HealthModule {}
