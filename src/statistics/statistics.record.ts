import type { DataSource, EntityManager } from 'typeorm';
import type { AuthorityCode } from '../authorities/authority-code.js';
import type { Authority } from '../authorities/authority.js';
import type { EventStore } from '../event-store/event-store.js';
import { position, START, type Position } from '../event-store/position.js';
import { checkpointOf } from '../projections/checkpoint.js';
import { atOneMoment } from '../projections/one-moment.js';
import type { Provenance } from '../provenance/provenance.js';
import { NotYet, type AsAt } from './as-at.js';
import { peersOf, type PeerRecord, type YearRecord } from './annual-statistics.js';
import type { ReportingYear } from './reporting-year.js';
import type { StatisticsRecord } from './statistics.queries.js';
import { StatisticsProjection } from './statistics.projection.js';
import { EMPTY_TALLY, type Tally } from './tally.js';

/** The counts of one body that are not 0. */
type CountRow = { authority: AuthorityCode; counts: Partial<Tally> };

const PROJECTION = new StatisticsProjection();

/** How long an answer waits for the projection, in milliseconds. */
const WAIT = 5_000;

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

  ofYear(year: ReportingYear, asAt?: AsAt): Promise<YearRecord> {
    return this.read(year, asAt, (register) => register);
  }

  async ofPeers(code: AuthorityCode, year: ReportingYear, asAt?: AsAt): Promise<PeerRecord> {
    const read = await this.read(year, asAt, (register) => peersOf(register, code));
    const { authorities: peers, ...record } = read;
    return { code, peers, ...record };
  }

  private async read(
    year: ReportingYear,
    asAt: AsAt | undefined,
    among: (register: readonly Authority[]) => readonly Authority[],
  ): Promise<YearRecord> {
    if (asAt?.kind === 'instant') await this.settle(asAt.instant);
    // One snapshot for all that is read, so that the figures and the position they are of belong together.
    return atOneMoment(this.database, PROJECTION, async (manager) => {
      const checkpoint = await checkpointOf(PROJECTION.name, manager);
      const at = asAt === undefined ? checkpoint : await this.positionOf(asAt, checkpoint, manager);
      const register = await authoritiesAt(manager, at);
      const authorities = among(register);
      const codes = authorities.length === register.length ? null : authorities.map(({ code }) => code);
      const counts =
        at === checkpoint ? presentCounts(manager, year, codes) : countsAt(manager, year, at, codes);
      return {
        year,
        authorities,
        tallies: talliesOf(await counts),
        basis: { position: String(at), snapshot: null, synthetic: await isSyntheticAt(manager, at) },
      };
    });
  }

  /** Waits until nothing more can be stored by an instant, and until the projection holds what was. */
  private async settle(instant: Date): Promise<void> {
    const head = await this.store.settledHead(instant);
    if (head === null) throw new NotYet(instant.toISOString(), 'as known now at the latest');
    await this.waitFor(head, WAIT);
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

/** Of some bodies, or of all where `codes` is null. */
function presentCounts(
  manager: EntityManager,
  year: ReportingYear,
  codes: readonly AuthorityCode[] | null,
): Promise<CountRow[]> {
  return manager.query<CountRow[]>(
    `select authority, json_object_agg(measure, count) as counts from statistics_tally
     where year = $1 and count <> 0 and ($2::text[] is null or authority = any($2)) group by authority`,
    [year, codes],
  );
}

/** The last milestone by then, and the changes since. */
async function countsAt(
  manager: EntityManager,
  year: ReportingYear,
  at: Position,
  codes: readonly AuthorityCode[] | null,
): Promise<CountRow[]> {
  const [milestone] = await manager.query<{ position: string }[]>(
    `select position from statistics_tally_milestone
     where year = $1 and position <= $2 order by position desc limit 1`,
    [year, String(at)],
  );
  return manager.query<CountRow[]>(
    `select authority, json_object_agg(measure, count) as counts
     from (
       select authority, measure, sum(count) as count
       from (
         select authority, measure, count from statistics_tally_milestone where year = $1 and position = $2
         union all
         select authority, measure, delta from statistics_change
         where year = $1 and position > $2 and position <= $3
       ) as step
       where $4::text[] is null or authority = any($4)
       group by authority, measure having sum(count) <> 0
     ) as tally
     group by authority`,
    [year, milestone?.position ?? String(START), String(at), codes],
  );
}

function talliesOf(rows: readonly CountRow[]): Map<AuthorityCode, Tally> {
  return new Map(rows.map(({ authority, counts }) => [authority, { ...EMPTY_TALLY, ...counts }]));
}

async function isSyntheticAt(manager: EntityManager, at: Position): Promise<boolean> {
  const [row] = await manager.query<{ provenance: Provenance }[]>(
    'select provenance from statistics_provenance where position <= $1 order by position desc limit 1',
    [String(at)],
  );
  return row?.provenance.synthetic ?? false;
}
