import { Controller, Get, Inject, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AuthorityCode } from '../authorities/authority-code.js';
import { NotFound } from '../platform/refusal.js';
import { Documented } from '../platform/http/route-docs.js';
import type { ReportingYear } from './reporting-year.js';
import { StatisticsOfAuthority, StatisticsOfYear } from './statistics.queries.js';
import {
  AuthorityParameter,
  AuthorityStatisticsSchema,
  YearParameter,
  YearStatisticsSchema,
} from './statistics.schemas.js';
import type { AuthorityStatistics, YearStatistics } from './statistics.types.js';

const YEAR = { schema: YearParameter };

/** The statistics over HTTP, live. */
@ApiTags('Statistics')
@Controller('v1')
export class StatisticsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get('authorities/:code/statistics/:year')
  @Documented({
    summary: "Read a council's statistics",
    description:
      'The three rates of a reporting year with their counts, and beside each the average of similar authorities. Decisions count by their date, compliance by the date of its outcome.',
    answers: { 200: { means: 'The statistics.', schema: AuthorityStatisticsSchema } },
    problems: {
      404: {
        means:
          'The register has no such body (`authority-not-found`), or the year does not list it (`record-of-this-year-for-authority-not-found`).',
        example: new NotFound('authority', 'E07000999'),
      },
    },
  })
  ofAuthority(
    @Param('code', { schema: AuthorityParameter }) code: AuthorityCode,
    @Param('year', YEAR) year: ReportingYear,
  ): Promise<AuthorityStatistics> {
    return this.queries.execute(new StatisticsOfAuthority(code, year));
  }

  @Get('statistics/:year')
  @Documented({
    summary: 'Read the statistics of a year',
    description:
      'The statistics of every council in being in a reporting year, of each type and of the nation.',
    answers: { 200: { means: 'The statistics.', schema: YearStatisticsSchema } },
    problems: {},
  })
  ofYear(@Param('year', YEAR) year: ReportingYear): Promise<YearStatistics> {
    return this.queries.execute(new StatisticsOfYear(year));
  }
}
