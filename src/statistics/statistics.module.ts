import { Module, type DynamicModule, type FactoryProvider, type ValueProvider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { DataSource } from 'typeorm';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { DATABASE } from '../platform/postgres/database.js';
import { AWAIT_POSITION, type AwaitPosition } from '../projections/await-position.js';
import { StatisticsController } from './api/statistics.controller.js';
import { StatisticsOfAuthorityHandler, StatisticsOfYearHandler } from './api/statistics.queries.js';
import { PostgresStatisticsRepository } from './read-model/statistics.repository.js';
import { STATISTICS_REPOSITORY, type StatisticsRepository } from './statistics.repository.port.js';

type RepositoryProvider = FactoryProvider<StatisticsRepository> | ValueProvider<StatisticsRepository>;

/** Provides the statistics that the projection keeps in PostgreSQL. */
export const postgresStatisticsRepository: RepositoryProvider = {
  provide: STATISTICS_REPOSITORY,
  inject: [DATABASE, EVENT_STORE, AWAIT_POSITION],
  useFactory: (database: DataSource, store: EventStore, awaitPosition: AwaitPosition) =>
    new PostgresStatisticsRepository(database, store, awaitPosition),
};

@Module({})
export class StatisticsModule {
  /** The module over a repository. Tests without a database pass one of their own. */
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
