import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { AuthorityCode } from '../authorities/authority-code.js';
import type { Authority } from '../authorities/authority.js';
import type { EventStore } from '../event-store/event-store.js';
import { position, START, type Position } from '../event-store/position.js';
import { checkpointOf } from '../projections/checkpoint.js';
import { atOneMoment } from '../projections/one-moment.js';
import type { Provenance } from '../provenance/provenance.js';
import { NotYet, type AsAt } from './as-at.js';
import type { YearRecord } from './annual-statistics.js';
import type { ReportingYear } from './reporting-year.js';
import type { StatisticsRecord } from './statistics.queries.js';
import { StatisticsProjection } from './statistics.projection.js';
import { EMPTY_TALLY, type Measure, type Tally } from './tally.js';

type CountRow = { authority: AuthorityCode; measure: Measure; count: number };

const PROJECTION = new StatisticsProjection();

/** How long an answer waits for the projection, in milliseconds. */
const WAIT = 5_000;
/** An event is stamped a moment before it can be read; an instant this long past has all of its own, in milliseconds. */
const SETTLED_AFTER = 2_000;

/** Reads the counts of a year from PostgreSQL, all at one position of the log: the present one, or an earlier. */
export class PostgresStatisticsRecord implements StatisticsRecord {
  constructor(
    private readonly database: DataSource,
    private readonly store: EventStore,
    /** Waits until the projection holds a position, at most so many milliseconds. */
    private readonly waitFor: (position: Position, timeout: number) => Promise<void>,
  ) {}

  async reach(target: Position): Promise<void> {
    const head = await this.store.head();
    if (target > head) throw new NotYet(`position ${target}`, `the log is at ${head}`);
    await this.waitFor(target, WAIT);
  }

  async ofYear(year: ReportingYear, asAt?: AsAt): Promise<YearRecord> {
    if (asAt?.kind === 'instant') await this.settle(asAt.instant);
    // One snapshot for all that is read, so that the figures and the position they are of belong together.
    return atOneMoment(this.database, PROJECTION, async (manager) => {
      const checkpoint = await checkpointOf(PROJECTION.name, manager);
      const at = asAt === undefined ? checkpoint : await this.positionOf(asAt, checkpoint, manager);
      const rows = at === checkpoint ? await presentCounts(manager, year) : await countsAt(manager, year, at);
      return {
        year,
        authorities: await authoritiesAt(manager, at),
        tallies: talliesOf(rows),
        basis: { position: String(at), snapshot: null, synthetic: await isSyntheticAt(manager, at) },
      };
    });
  }

  /** Waits until nothing more can be stored by an instant, and until the projection holds what was. */
  private async settle(instant: Date): Promise<void> {
    const [clock] = await this.database.query<{ now: Date }[]>('select clock_timestamp() as now');
    const age = (clock?.now.getTime() ?? 0) - instant.getTime();
    if (age <= 0) throw new NotYet(instant.toISOString(), 'as known now at the latest');
    if (age < SETTLED_AFTER) await pause(SETTLED_AFTER - age);
    await this.waitFor(await this.store.head(), WAIT);
  }

  private async positionOf(asAt: AsAt, checkpoint: Position, manager: EntityManager): Promise<Position> {
    if (asAt.kind === 'instant') return this.positionAt(asAt.instant, checkpoint, manager);
    if (asAt.position > checkpoint)
      throw new NotYet(`position ${asAt.position}`, `the statistics are at ${checkpoint}`);
    return asAt.position;
  }

  /**
   * The longest prefix of the log stored by an instant, on the store's clock (design 3). The pages that were
   * projected narrow it down, and the log itself tells the last event.
   */
  private async positionAt(instant: Date, checkpoint: Position, manager: EntityManager): Promise<Position> {
    const [page] = await manager.query<{ position: string }[]>(
      'select position::text from statistics_page where stored_at <= $1 order by position desc limit 1',
      [instant.toISOString()],
    );
    let last = page === undefined ? START : position(page.position);
    for await (const event of this.store.readAll({ after: last })) {
      if (event.position > checkpoint || Date.parse(event.storedAt) > instant.getTime()) break;
      last = event.position;
    }
    return last;
  }
}

async function authoritiesAt(manager: EntityManager, at: Position): Promise<Authority[]> {
  const rows = await manager.query<{ authority: Authority }[]>(
    `select distinct on (code) authority from statistics_authority
     where position <= $1 order by code, position desc`,
    [String(at)],
  );
  return rows.map((row) => row.authority);
}

function presentCounts(manager: EntityManager, year: ReportingYear): Promise<CountRow[]> {
  return manager.query<CountRow[]>(
    'select authority, measure, count from statistics_tally where year = $1 and count <> 0',
    [year],
  );
}

function countsAt(manager: EntityManager, year: ReportingYear, at: Position): Promise<CountRow[]> {
  return manager.query<CountRow[]>(
    `select authority, measure, sum(delta)::integer as count from statistics_change
     where year = $1 and position <= $2 group by authority, measure having sum(delta) <> 0`,
    [year, String(at)],
  );
}

function talliesOf(rows: readonly CountRow[]): Map<AuthorityCode, Tally> {
  const tallies = new Map<AuthorityCode, Tally>();
  for (const { authority, measure, count } of rows) {
    tallies.set(authority, { ...(tallies.get(authority) ?? EMPTY_TALLY), [measure]: count });
  }
  return tallies;
}

async function isSyntheticAt(manager: EntityManager, at: Position): Promise<boolean> {
  const [row] = await manager.query<{ provenance: Provenance }[]>(
    'select provenance from statistics_provenance where position <= $1 order by position desc limit 1',
    [String(at)],
  );
  return row?.provenance.synthetic ?? false;
}
