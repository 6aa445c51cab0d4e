import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { Position } from '../../event-store/position.js';
import { NotFound, Unavailable } from '../../platform/errors.js';
import { TakesQuery } from '../../platform/http/known-query.guard.js';
import { Documented } from '../../platform/http/route-docs.js';
import { NotReached, type AsAt } from '../as-at.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import { StatisticsOfAuthority, StatisticsOfYear } from './statistics.queries.js';
import {
  AfterParameter,
  AsAtParameter,
  AuthorityParameter,
  AuthorityStatisticsSchema,
  YearParameter,
  YearStatisticsSchema,
} from './statistics.schemas.js';
import type { AuthorityStatistics, YearStatistics } from '../rates/statistics.types.js';

const YEAR = { schema: YearParameter };
const AS_AT = { schema: AsAtParameter };
const AFTER = { schema: AfterParameter };

const NOT_REACHED = {
  409: {
    means: 'The position or the instant asked for is not reached yet (`not-reached-yet`).',
    example: new NotReached('position 40219', 'the log is at 40218'),
  },
  503: {
    means: 'The store does not answer, or the statistics did not reach the position in time. Try again.',
    example: new Unavailable('projection-behind', 'statistics is at 40217, not yet at 40218'),
  },
};

/** The statistics over HTTP, live and as at any earlier moment. */
@ApiTags('Statistics')
@Controller('v1')
export class StatisticsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get('authorities/:code/statistics/:year')
  @TakesQuery('asAt', 'after')
  @Documented({
    summary: "Read a council's statistics",
    description:
      'The three rates of a reporting year with their counts, and beside each the average of similar authorities. Decisions count by their date, compliance by the date of its outcome.',
    answers: { 200: { means: 'The statistics.', schema: AuthorityStatisticsSchema } },
    problems: {
      ...NOT_REACHED,
      404: {
        means:
          'The register has no such body (`authority-not-found`), or the year does not list it (`record-of-this-year-for-authority-not-found`).',
        example: new NotFound('authority-not-found', 'there is no authority E07000999'),
      },
    },
  })
  ofAuthority(
    @Param('code', { schema: AuthorityParameter }) code: AuthorityCode,
    @Param('year', YEAR) year: ReportingYear,
    @Query('asAt', AS_AT) asAt: AsAt | undefined,
    @Query('after', AFTER) after: Position | undefined,
  ): Promise<AuthorityStatistics> {
    return this.queries.execute(new StatisticsOfAuthority(code, year, { asAt, after }));
  }

  @Get('statistics/:year')
  @TakesQuery('asAt', 'after')
  @Documented({
    summary: 'Read the statistics of a year',
    description:
      'The statistics of every council in being in a reporting year, of each type and of the nation.',
    answers: { 200: { means: 'The statistics.', schema: YearStatisticsSchema } },
    problems: NOT_REACHED,
  })
  ofYear(
    @Param('year', YEAR) year: ReportingYear,
    @Query('asAt', AS_AT) asAt: AsAt | undefined,
    @Query('after', AFTER) after: Position | undefined,
  ): Promise<YearStatistics> {
    return this.queries.execute(new StatisticsOfYear(year, { asAt, after }));
  }
}
