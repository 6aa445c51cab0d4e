import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { Position } from '../../event-store/position.js';
import { NotFound } from '../../platform/errors.js';
import type { AsAt } from '../as-at.js';
import { annualStatistics, authorityStatistics } from '../rates/annual-statistics.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import type { AuthorityStatistics, YearStatistics } from '../rates/statistics.types.js';
import { STATISTICS_REPOSITORY, type StatisticsRepository } from '../statistics.repository.port.js';

/** Which state of the statistics a query is about. */
export type StatisticsOptions = Readonly<{
  /** The statistics as at a position or an instant; the present ones without it. */
  asAt?: AsAt | undefined;
  /** The position that a command answered: its events are in the answer. */
  after?: Position | undefined;
}>;

/** The statistics of all councils, of each type and of the nation in a year. */
export class StatisticsOfYear extends Query<YearStatistics> {
  constructor(
    readonly year: ReportingYear,
    readonly options: StatisticsOptions = {},
  ) {
    super();
  }
}

/** One council's statistics of a year, with the averages of its type. */
export class StatisticsOfAuthority extends Query<AuthorityStatistics> {
  constructor(
    readonly authority: AuthorityCode,
    readonly year: ReportingYear,
    readonly options: StatisticsOptions = {},
  ) {
    super();
  }
}

@QueryHandler(StatisticsOfYear)
export class StatisticsOfYearHandler implements IQueryHandler<StatisticsOfYear> {
  constructor(@Inject(STATISTICS_REPOSITORY) private readonly repository: StatisticsRepository) {}

  async execute({ year, options: { asAt, after } }: StatisticsOfYear): Promise<YearStatistics> {
    if (after !== undefined) await this.repository.waitFor(after);
    return annualStatistics(await this.repository.talliesOfYear(year, asAt));
  }
}

@QueryHandler(StatisticsOfAuthority)
export class StatisticsOfAuthorityHandler implements IQueryHandler<StatisticsOfAuthority> {
  constructor(@Inject(STATISTICS_REPOSITORY) private readonly repository: StatisticsRepository) {}

  /** @throws NotFound when the register has no such body, or the year does not list it. */
  async execute({ authority: code, year, options }: StatisticsOfAuthority): Promise<AuthorityStatistics> {
    const { asAt, after } = options;
    if (after !== undefined) await this.repository.waitFor(after);
    const tallies = await this.repository.talliesOfPeers(code, year, asAt);
    const statistics = authorityStatistics(tallies);
    if (statistics !== null) return statistics;
    throw tallies.peers.length > 0
      ? new NotFound(
          'record-of-this-year-for-authority-not-found',
          `there is no record of this year for authority ${code}`,
        )
      : new NotFound('authority-not-found', `there is no authority ${code}`);
  }
}
