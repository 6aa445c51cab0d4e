import { Module, type DynamicModule, type FactoryProvider, type ValueProvider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { DataSource } from 'typeorm';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { DATABASE } from '../platform/postgres/database.js';
import { AWAIT_POSITION, type AwaitPosition } from '../projections/await-position.js';
import { StatisticsController } from './api/statistics.controller.js';
import {
  STATISTICS_REPOSITORY,
  StatisticsOfAuthorityHandler,
  StatisticsOfYearHandler,
  type StatisticsRepository,
} from './api/statistics.queries.js';
import { PostgresStatisticsRepository } from './read-model/statistics.repository.js';

type RepositoryProvider = FactoryProvider<StatisticsRepository> | ValueProvider<StatisticsRepository>;

/** The statistics as the projection keeps them in PostgreSQL. */
export const postgresStatisticsRepository: RepositoryProvider = {
  provide: STATISTICS_REPOSITORY,
  inject: [DATABASE, EVENT_STORE, AWAIT_POSITION],
  useFactory: (database: DataSource, store: EventStore, awaitPosition: AwaitPosition) =>
    new PostgresStatisticsRepository(database, store, awaitPosition),
};

@Module({})
export class StatisticsModule {
  /** The statistics over one repository. Tests without a database give one of their own. */
  static readingFrom(repository: RepositoryProvider): DynamicModule {
    return {
      module: StatisticsModule,
      imports: [CqrsModule],
      controllers: [StatisticsController],
      providers: [repository, StatisticsOfYearHandler, StatisticsOfAuthorityHandler],
      exports: [STATISTICS_REPOSITORY],
    };
  }
}
