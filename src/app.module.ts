import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import { AuthorityRegister } from './authorities/authority-register.js';
import { ChangeComplaintHandler } from './complaints/complaint.commands.js';
import { ComplaintByReferenceHandler, ComplaintHistoryHandler } from './complaints/complaint.queries.js';
import { ComplaintsController } from './complaints/complaints.controller.js';
import type { EventStore } from './event-store/event-store.js';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './health/metrics.controller.js';
import { Readiness } from './health/readiness.js';
import { HealthProbe, PROBE_TARGETS, type ProbeTargets } from './health/health-probe.js';
import { Metrics } from './platform/metrics/metrics.js';
import { CLOCK, EVENT_STORE, type Clock } from './platform/tokens.js';
import { StatisticsController } from './statistics/api/statistics.controller.js';
import {
  STATISTICS_REPOSITORY,
  StatisticsOfAuthorityHandler,
  StatisticsOfYearHandler,
  type StatisticsRepository,
} from './statistics/api/statistics.queries.js';

/** What the application stands on; opened before it and closed after it. */
export type Foundations = Readonly<{
  store: EventStore;
  statistics: StatisticsRepository;
  clock: Clock;
  watched: ProbeTargets;
}>;

@Module({})
export class AppModule {
  /** The application on given foundations: the same for the API, the command line and the tests. */
  static on({ store, statistics, clock, watched }: Foundations): DynamicModule {
    return {
      module: AppModule,
      // Terminus would log every question that is answered with no; readiness logs each change once.
      imports: [CqrsModule.forRoot(), TerminusModule.forRoot({ logger: false })],
      controllers: [ComplaintsController, StatisticsController, HealthController, MetricsController],
      providers: [
        { provide: EVENT_STORE, useValue: store },
        { provide: STATISTICS_REPOSITORY, useValue: statistics },
        { provide: CLOCK, useValue: clock },
        { provide: PROBE_TARGETS, useValue: watched },
        { provide: AuthorityRegister, useFactory: () => new AuthorityRegister(store) },
        ChangeComplaintHandler,
        ComplaintByReferenceHandler,
        ComplaintHistoryHandler,
        StatisticsOfYearHandler,
        StatisticsOfAuthorityHandler,
        Metrics,
        HealthProbe,
        Readiness,
      ],
    };
  }
}
