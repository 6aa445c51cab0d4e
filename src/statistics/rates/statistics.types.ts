import type { z } from 'zod';
import type { AuthorityStatisticsSchema, YearStatisticsSchema } from '../api/statistics.schemas.js';

/** One council's statistics of one year: the JSON of design 4. */
export type AuthorityStatistics = Readonly<z.infer<typeof AuthorityStatisticsSchema>>;

/** A year's statistics of all councils by code, of each type, and of the nation. */
export type YearStatistics = Readonly<z.infer<typeof YearStatisticsSchema>>;

/** What the figures rest on: the position in the log, the frozen snapshot and the versions of the rules. */
export type Basis = AuthorityStatistics['basis'];

/** `count` of `of` in whole per cents, half up; `percent` is null where `of` is 0, `average` where the type has none. */
export type Rate = AuthorityStatistics['upheld'];

/** The pooled rate of all councils of one type: sum over sum (design 1); `percent` is null where `of` is 0. */
export type Average = NonNullable<Rate['average']>;

/** The pooled figures of a group of councils: a type, or the nation. */
export type GroupStatistics = YearStatistics['national'];

/** A rate without its average: `count` of `of` in whole per cents, half up; `percent` is null where `of` is 0. */
export type CountedRate = GroupStatistics['upheld'];
