import type { Slice } from '../projections/slice.js';
import {
  AddTallyMilestones1795219200500,
  CreateStatistics1795219200200,
  RenameStatisticsTables1795219200700,
} from './read-model/statistics.migration.js';
import { StatisticsProjection } from './read-model/statistics.projection.js';
import { postgresStatisticsRepository, StatisticsModule } from './statistics.module.js';

/** The three rates of every council, live and as at any earlier position. */
export const statistics: Slice = {
  name: 'statistics',
  migrations: [
    CreateStatistics1795219200200,
    AddTallyMilestones1795219200500,
    RenameStatisticsTables1795219200700,
  ],
  projections: [new StatisticsProjection()],
  module: StatisticsModule.readingFrom(postgresStatisticsRepository),
};
