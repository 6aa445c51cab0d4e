import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { Position } from '../../event-store/position.js';
import { NotFound } from '../../platform/errors.js';
import {
  annualStatistics,
  authorityStatistics,
  type PeerCounts,
  type YearCounts,
} from '../rates/annual-statistics.js';
import type { AsAt } from './as-at.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import type { AuthorityStatistics, YearStatistics } from '../rates/statistics.types.js';

/** Where the counts of a year are read from. */
export interface StatisticsRepository {
  /**
   * Register and counts of a year, at one position of the log: the present one unless told.
   * @throws NotYet for a position or an instant that the log has not reached; Unavailable when the counts do not in time.
   */
  ofYear(year: ReportingYear, asAt?: AsAt): Promise<YearCounts>;

  /**
   * The same, but only of a body and its peers, those of its type; no bodies at all when the register does not
   * have it.
   * @throws NotYet for a position or an instant that the log has not reached; Unavailable when the counts do not in time.
   */
  ofPeers(code: AuthorityCode, year: ReportingYear, asAt?: AsAt): Promise<PeerCounts>;

  /**
   * Waits, for a bounded time, until the counts hold a position of the log.
   * @throws Unavailable when they do not in time; NotYet for a position the log itself has not reached.
   */
  reach(position: Position): Promise<void>;
}
export const STATISTICS_REPOSITORY = Symbol('StatisticsRecord');

/** What a question about statistics may say besides the year. */
export type StatisticsOptions = Readonly<{
  /** As known at a position or an instant; the present otherwise. */
  asAt?: AsAt | undefined;
  /** The token a command answered: what it did is to be in the answer. */
  after?: Position | undefined;
}>;

/** The statistics of all councils, types and the nation in a year. */
export class StatisticsOfYear extends Query<YearStatistics> {
  constructor(
    readonly year: ReportingYear,
    readonly asked: StatisticsOptions = {},
  ) {
    super();
  }
}

/** One council's statistics of a year, with the averages of its type. */
export class StatisticsOfAuthority extends Query<AuthorityStatistics> {
  constructor(
    readonly authority: AuthorityCode,
    readonly year: ReportingYear,
    readonly asked: StatisticsOptions = {},
  ) {
    super();
  }
}

@QueryHandler(StatisticsOfYear)
export class StatisticsOfYearHandler implements IQueryHandler<StatisticsOfYear> {
  constructor(@Inject(STATISTICS_REPOSITORY) private readonly record: StatisticsRepository) {}

  async execute({ year, asked: { asAt, after } }: StatisticsOfYear): Promise<YearStatistics> {
    if (after !== undefined) await this.record.reach(after);
    return annualStatistics(await this.record.ofYear(year, asAt));
  }
}

@QueryHandler(StatisticsOfAuthority)
export class StatisticsOfAuthorityHandler implements IQueryHandler<StatisticsOfAuthority> {
  constructor(@Inject(STATISTICS_REPOSITORY) private readonly record: StatisticsRepository) {}

  /** @throws NotFound when the register has no such body, or the year does not list it. */
  async execute({ authority: code, year, asked }: StatisticsOfAuthority): Promise<AuthorityStatistics> {
    const { asAt, after } = asked;
    if (after !== undefined) await this.record.reach(after);
    const record = await this.record.ofPeers(code, year, asAt);
    const own = authorityStatistics(record);
    if (own !== null) return own;
    throw record.peers.length > 0
      ? new NotFound('record of this year for authority', code)
      : new NotFound('authority', code);
  }
}
