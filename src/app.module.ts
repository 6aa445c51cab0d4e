import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AuthorityRegister } from './authorities/authority-register.js';
import { ChangeComplaintHandler } from './complaints/complaint.commands.js';
import { ComplaintByReferenceHandler, ComplaintHistoryHandler } from './complaints/complaint.queries.js';
import { ComplaintsController } from './complaints/complaints.controller.js';
import type { EventStore } from './event-store/event-store.js';
import { CLOCK, EVENT_STORE, type Clock } from './platform/tokens.js';
import { StatisticsController } from './statistics/statistics.controller.js';
import {
  STATISTICS_RECORD,
  StatisticsOfAuthorityHandler,
  StatisticsOfYearHandler,
  type StatisticsRecord,
} from './statistics/statistics.queries.js';

/** What the application stands on; opened before it and closed after it. */
export type Foundations = Readonly<{
  store: EventStore;
  statistics: StatisticsRecord;
  clock: Clock;
}>;

@Module({})
export class AppModule {
  /** The application on given foundations: the same for the API, the command line and the tests. */
  static on({ store, statistics, clock }: Foundations): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [ComplaintsController, StatisticsController],
      providers: [
        { provide: EVENT_STORE, useValue: store },
        { provide: STATISTICS_RECORD, useValue: statistics },
        { provide: CLOCK, useValue: clock },
        { provide: AuthorityRegister, useFactory: () => new AuthorityRegister(store) },
        ChangeComplaintHandler,
        ComplaintByReferenceHandler,
        ComplaintHistoryHandler,
        StatisticsOfYearHandler,
        StatisticsOfAuthorityHandler,
      ],
    };
  }
}
