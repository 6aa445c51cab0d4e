import type { DataSource, EntityManager } from 'typeorm';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { Authority } from '../../authorities/authority.js';
import type { EventStore } from '../../event-store/event-store.js';
import { position, START, type Position } from '../../event-store/position.js';
import { Unavailable } from '../../platform/errors.js';
import type { AwaitPosition } from '../../projections/await-position.js';
import { checkpointOf } from '../../projections/checkpoint.js';
import { snapshotRead } from '../../projections/snapshot-read.js';
import { pipelined } from '../../platform/postgres/pipelined.js';
import type { Provenance } from '../../provenance/provenance.js';
import { NotReached, type AsAt } from '../api/as-at.js';
import { peersOf, type PeerCounts, type YearCounts } from '../rates/annual-statistics.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import type { StatisticsRepository } from '../api/statistics.queries.js';
import { StatisticsProjection } from './statistics.projection.js';
import { EMPTY_TALLY, type Tally } from '../rates/tally.js';

/** The counts of one body that are not 0. */
type CountRow = { authority: AuthorityCode; counts: Partial<Tally> };

const PROJECTION = new StatisticsProjection();

/** Events read at a time to find an instant: places of the log are noted at about one event in 256. */
const LOOKED_AT = 512;

/** How long an answer waits for the projection, in milliseconds. */
const WAIT = 5_000;

/** Reads the counts of a year from PostgreSQL, all at one position of the log: the present one, or an earlier. */
export class PostgresStatisticsRepository implements StatisticsRepository {
  constructor(
    private readonly database: DataSource,
    private readonly store: EventStore,
    private readonly awaitPosition: AwaitPosition,
  ) {}

  async reach(target: Position): Promise<void> {
    const head = await this.store.head();
    if (target > head) throw new NotReached(`position ${target}`, `the log is at ${head}`);
    await this.awaitPosition(PROJECTION.name, target, WAIT);
  }

  ofYear(year: ReportingYear, asAt?: AsAt): Promise<YearCounts> {
    return this.read(year, asAt, (register) => register);
  }

  async ofPeers(code: AuthorityCode, year: ReportingYear, asAt?: AsAt): Promise<PeerCounts> {
    const read = await this.read(year, asAt, (register) => peersOf(register, code));
    const { authorities: peers, ...record } = read;
    return { code, peers, ...record };
  }

  private async read(
    year: ReportingYear,
    asAt: AsAt | undefined,
    among: (register: readonly Authority[]) => readonly Authority[],
  ): Promise<YearCounts> {
    if (asAt?.kind === 'instant') await this.settle(asAt.instant);
    const record = await this.readHeld(year, asAt, among);
    if (record !== null) return record;
    // Only a position that was asked for can be beyond what the counts hold.
    if (asAt?.kind === 'position') await this.reach(asAt.position);
    const reached = await this.readHeld(year, asAt, among);
    if (reached === null) throw new Unavailable('projection-behind', 'the statistics were taken back');
    return reached;
  }

  /** Null where the counts do not hold the moment asked for. */
  private readHeld(
    year: ReportingYear,
    asAt: AsAt | undefined,
    among: (register: readonly Authority[]) => readonly Authority[],
  ): Promise<YearCounts | null> {
    // One snapshot for all that is read, so that the figures and the position they are of belong together.
    return snapshotRead(this.database, PROJECTION, async (reader) => {
      const at = asAt === undefined ? null : await this.positionOf(asAt, reader);
      const [checkpoint, register, milestone, synthetic] = await pipelined([
        checkpointOf(PROJECTION.name, reader),
        authoritiesAt(reader, at),
        at === null ? Promise.resolve(START) : milestoneBefore(reader, year, at),
        isSyntheticAt(reader, at),
      ]);
      if (at !== null && at > checkpoint) return null;
      const authorities = among(register);
      const codes = authorities.length === register.length ? null : authorities.map(({ code }) => code);
      const counts =
        at === null || at === checkpoint
          ? await presentCounts(reader, year, codes)
          : await countsAt(reader, year, { milestone, at }, codes);
      const basis = { position: String(at ?? checkpoint), snapshot: null, synthetic };
      return { year, authorities, tallies: talliesOf(counts), basis };
    });
  }

  /** Waits until nothing more can be stored by an instant, and until the projection holds what was. */
  private async settle(instant: Date): Promise<void> {
    const head = await this.store.settledHead(instant);
    if (head === null) throw new NotReached(instant.toISOString(), 'as known now at the latest');
    await this.awaitPosition(PROJECTION.name, head, WAIT);
  }

  private async positionOf(asAt: AsAt, reader: EntityManager): Promise<Position> {
    if (asAt.kind === 'position') return asAt.position;
    return this.positionAt(asAt.instant, await checkpointOf(PROJECTION.name, reader), reader);
  }

  /**
   * The longest prefix of the log stored by an instant, on the store's clock (design 3). The pages that were
   * projected narrow it down, and the log itself tells the last event.
   */
  private async positionAt(instant: Date, checkpoint: Position, reader: EntityManager): Promise<Position> {
    const [page] = await reader.query<{ position: string }[]>(
      'select position from statistics_page where stored_at <= $1 order by position desc limit 1',
      [instant.toISOString()],
    );
    let last = page === undefined ? START : position(page.position);
    for (;;) {
      let events = 0;
      for await (const event of this.store.readAll({ after: last, limit: LOOKED_AT })) {
        if (event.position > checkpoint || Date.parse(event.storedAt) > instant.getTime()) return last;
        last = event.position;
        events += 1;
      }
      if (events < LOOKED_AT) return last;
    }
  }
}

/** The register as it stood at a position; as it is where that is null. */
async function authoritiesAt(reader: EntityManager, at: Position | null): Promise<Authority[]> {
  const rows = await reader.query<{ authority: Authority }[]>(
    `select distinct on (code) authority from statistics_authority
     where $1::bigint is null or position <= $1 order by code, position desc`,
    [textOf(at)],
  );
  return rows.map((row) => row.authority);
}

/** Of some bodies, or of all where `codes` is null. */
function presentCounts(
  reader: EntityManager,
  year: ReportingYear,
  codes: readonly AuthorityCode[] | null,
): Promise<CountRow[]> {
  return reader.query<CountRow[]>(
    `select authority, json_object_agg(measure, count) as counts from statistics_tally
     where year = $1 and count <> 0 and ($2::text[] is null or authority = any($2)) group by authority`,
    [year, codes],
  );
}

/** The last position by then at which all counts of the year were written down; START for none. */
async function milestoneBefore(reader: EntityManager, year: ReportingYear, at: Position): Promise<Position> {
  const [milestone] = await reader.query<{ position: string }[]>(
    `select position from statistics_tally_milestone
     where year = $1 and position <= $2 order by position desc limit 1`,
    [year, textOf(at)],
  );
  return milestone === undefined ? START : position(milestone.position);
}

/** The counts at a milestone, and the changes since. */
function countsAt(
  reader: EntityManager,
  year: ReportingYear,
  { milestone, at }: Readonly<{ milestone: Position; at: Position }>,
  codes: readonly AuthorityCode[] | null,
): Promise<CountRow[]> {
  return reader.query<CountRow[]>(
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
    [year, textOf(milestone), textOf(at), codes],
  );
}

function talliesOf(rows: readonly CountRow[]): Map<AuthorityCode, Tally> {
  return new Map(rows.map(({ authority, counts }) => [authority, { ...EMPTY_TALLY, ...counts }]));
}

async function isSyntheticAt(reader: EntityManager, at: Position | null): Promise<boolean> {
  const [row] = await reader.query<{ provenance: Provenance }[]>(
    `select provenance from statistics_provenance
     where $1::bigint is null or position <= $1 order by position desc limit 1`,
    [textOf(at)],
  );
  return row?.provenance.synthetic ?? false;
}

/** As the driver takes a position. */
function textOf(at: Position | null): string | null {
  return at === null ? null : String(at);
}
