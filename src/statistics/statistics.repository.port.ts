import type { AuthorityCode } from '../authorities/authority-code.js';
import type { Position } from '../event-store/position.js';
import type { AsAt } from './as-at.js';
import type { PeerTallies, YearTallies } from './rates/annual-statistics.js';
import type { ReportingYear } from './rates/reporting-year.js';

/** Where the tallies of a year are read from. */
export interface StatisticsRepository {
  /**
   * The register and the tallies of a year, at one position of the log: the present one without `asAt`.
   * @throws NotReached for a position or an instant that the log has not reached; Unavailable when the projection does
   *   not reach it in time.
   */
  talliesOfYear(year: ReportingYear, asAt?: AsAt): Promise<YearTallies>;

  /**
   * The tallies of one body and of its peers, those of its type. There are no peers when the register does not have
   * the body.
   * @throws as {@link talliesOfYear}.
   */
  talliesOfPeers(code: AuthorityCode, year: ReportingYear, asAt?: AsAt): Promise<PeerTallies>;

  /**
   * Waits, for a bounded time, until the tallies hold a position of the log.
   * @throws NotReached for a position that the log itself has not reached; Unavailable when the projection does not
   *   reach it in time.
   */
  waitFor(position: Position): Promise<void>;
}
export const STATISTICS_REPOSITORY = Symbol('StatisticsRepository');
