import { authoritiesByCode } from '../../src/authorities/authority.js';
import type { DataSource } from 'typeorm';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { readRegister } from '../../src/authorities/shipped-register.js';
import { COMPLAINT_STREAMS } from '../../src/complaints/complaint.events.js';
import type { CaseHistory } from '../../src/complaints/import/case-history.js';
import { decideCase } from '../../src/complaints/import/case.decide.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { position, type Position } from '../../src/event-store/position.js';
import { localDate } from '../../src/platform/local-date.js';
import { PostgresStatisticsRepository } from '../../src/statistics/read-model/statistics.repository.js';
import { checkpointOf } from '../../src/projections/checkpoint.js';
import { writePage } from '../../src/projections/page-writer.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { StatisticsProjection } from '../../src/statistics/read-model/statistics.projection.js';
import {
  StatisticsOfAuthority,
  StatisticsOfAuthorityHandler,
  StatisticsOfYear,
  StatisticsOfYearHandler,
} from '../../src/statistics/api/statistics.queries.js';
import { benchCases, take } from './bench-cases.js';
import type { BenchEnvironment, Row } from './bench-environment.js';
import { limitFigure } from './figure.js';
import { median, timed } from './samples.js';

const CASES = 200_000;
const PAGE_CASES = 4_000;
const QUERIES = 15;
const YEAR = reportingYear('2019-20');
const BLABY = AuthorityCodeSchema.parse('E07000129');

/** Queries over 200,000 cases of one year: live, and as at positions spread evenly over the log. */
export const statisticsRow: Row = {
  name: 'statistics',
  async measure(bench) {
    const upheld = await bench.freshUpheld();
    try {
      const from = await checkpointOf('statistics', upheld.database);
      const to = await project(upheld.database, from, bench);
      await upheld.database.query('analyze');
      // The positions are spread because a query takes longer the farther its position is from the snapshot before it.
      let queries = 0n;
      const asAt = () => {
        const part = (queries % BigInt(QUERIES)) + 1n;
        queries += 1n;
        const at = from + ((to - from) * part) / BigInt(QUERIES);
        return { kind: 'position', position: position(at) } as const;
      };
      const repository = new PostgresStatisticsRepository(
        upheld.database,
        upheld.store,
        upheld.awaitPosition,
      );
      const ofYear = new StatisticsOfYearHandler(repository);
      const ofOne = new StatisticsOfAuthorityHandler(repository);
      const all = 'statistics of all councils';
      const one = 'statistics of one council';
      const ms = (query: () => Promise<unknown>) => medianTime(query, bench.signal);
      return [
        limitFigure(`${all}, live`, await ms(() => ofYear.execute(new StatisticsOfYear(YEAR))), 250, 'ms'),
        limitFigure(
          `${all}, as at`,
          await ms(() => ofYear.execute(new StatisticsOfYear(YEAR, { asAt: asAt() }))),
          250,
          'ms',
        ),
        limitFigure(
          `${one}, live`,
          await ms(() => ofOne.execute(new StatisticsOfAuthority(BLABY, YEAR))),
          10,
          'ms',
        ),
        limitFigure(
          `${one}, as at`,
          await ms(() => ofOne.execute(new StatisticsOfAuthority(BLABY, YEAR, { asAt: asAt() }))),
          10,
          'ms',
        ),
      ];
    } finally {
      await upheld.close();
    }
  },
};

async function medianTime(query: () => Promise<unknown>, signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < QUERIES; round += 1) {
    signal.throwIfAborted();
    times.push(await timed(query));
  }
  return median(times);
}

/** Projects the events of the cases without storing them in a log. Returns the last position. */
async function project(
  database: DataSource,
  from: Position,
  { signal }: BenchEnvironment,
): Promise<Position> {
  const projection = new StatisticsProjection();
  const register = await readRegister();
  const authorities = authoritiesByCode(register);
  const cases = benchCases(register);
  let last = from;
  for (let done = 0; done < CASES; done += PAGE_CASES) {
    signal.throwIfAborted();
    const page: RecordedEvent[] = [];
    for (const history of take(PAGE_CASES, cases)) {
      const decidedCase = decideCase(null, history, {
        reference: history.reference,
        today: localDate('2026-04-01'),
        authorities,
      });
      if (!('events' in decidedCase)) throw new Error('a case of the benchmark was refused');
      for (const [revision, event] of decidedCase.events.entries()) {
        last = position(last + 1n);
        page.push(recorded(history, revision, last, event));
      }
    }
    await writePage(database, projection, page, { skipped: new Set() });
  }
  return last;
}

function recorded(
  { reference }: CaseHistory,
  revision: number,
  at: Position,
  { type, data }: { type: string; data: object },
): RecordedEvent {
  const defined = Object.entries(data).filter(([, value]) => value !== undefined);
  return {
    id: `00000000-0000-8000-8000-${String(at).padStart(12, '0')}`,
    type,
    version: 1,
    data: Object.fromEntries(defined),
    metadata: {
      actor: { id: 'bench', role: 'system' },
      recordedAt: '2020-04-20T09:30:00.000Z',
      correlationId: 'bench',
      causationId: 'bench',
      command: { id: 'bench', contentHash: '' },
    },
    stream: COMPLAINT_STREAMS + reference,
    revision,
    position: at,
    storedAt: '2020-04-20T09:30:00.000Z',
    hash: '',
  };
}
