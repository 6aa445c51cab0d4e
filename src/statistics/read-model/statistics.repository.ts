import type { DataSource, EntityManager } from 'typeorm';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { Authority } from '../../authorities/authority.js';
import type { EventStore } from '../../event-store/event-store.js';
import { START, type Position } from '../../event-store/position.js';
import { Unavailable } from '../../platform/errors.js';
import { pipelined } from '../../platform/postgres/pipelined.js';
import type { AwaitPosition } from '../../projections/await-position.js';
import { checkpointOf } from '../../projections/checkpoint.js';
import { snapshotRead } from '../../projections/snapshot-read.js';
import type { Provenance } from '../../provenance/provenance.js';
import { NotReached, type AsAt } from '../as-at.js';
import { peersOf, type PeerTallies, type YearTallies } from '../rates/annual-statistics.js';
import type { ReportingYear } from '../rates/reporting-year.js';
import type { StatisticsRepository } from '../statistics.repository.port.js';
import { StatisticsProjection } from './statistics.projection.js';
import { lastSnapshotBy, presentTallies, talliesAt } from './tallies.js';
import { positionAt } from './time-index.js';

const PROJECTION = new StatisticsProjection();

/** How long an answer waits for the projection, in milliseconds. */
const WAIT_TIMEOUT_MS = 5_000;

/** Picks the bodies of the register whose tallies are read. */
type AuthoritySelection = (register: readonly Authority[]) => readonly Authority[];

/** Reads the tallies of a year from PostgreSQL, all as at one position of the log: the present one, or an earlier. */
export class PostgresStatisticsRepository implements StatisticsRepository {
  constructor(
    private readonly database: DataSource,
    private readonly store: EventStore,
    private readonly awaitPosition: AwaitPosition,
  ) {}

  async waitFor(position: Position): Promise<void> {
    const head = await this.store.head();
    if (position > head) throw new NotReached(`position ${position}`, `the log is at ${head}`);
    await this.awaitPosition(PROJECTION.name, position, WAIT_TIMEOUT_MS);
  }

  talliesOfYear(year: ReportingYear, asAt?: AsAt): Promise<YearTallies> {
    return this.read(year, asAt, (register) => register);
  }

  async talliesOfPeers(code: AuthorityCode, year: ReportingYear, asAt?: AsAt): Promise<PeerTallies> {
    const { authorities: peers, ...tallies } = await this.read(year, asAt, (register) =>
      peersOf(register, code),
    );
    return { code, peers, ...tallies };
  }

  private async read(
    year: ReportingYear,
    asAt: AsAt | undefined,
    select: AuthoritySelection,
  ): Promise<YearTallies> {
    if (asAt?.kind === 'instant') await this.waitForInstant(asAt.instant);
    const tallies = await this.readIfProjected(year, asAt, select);
    if (tallies !== null) return tallies;
    // Only a position that the caller names can be after the checkpoint.
    if (asAt?.kind === 'position') await this.waitFor(asAt.position);
    const talliesAfterWait = await this.readIfProjected(year, asAt, select);
    if (talliesAfterWait !== null) return talliesAfterWait;
    throw new Unavailable('projection-behind', 'the statistics went back to an earlier position');
  }

  /** Null when the projection has not reached the moment. */
  private readIfProjected(
    year: ReportingYear,
    asAt: AsAt | undefined,
    select: AuthoritySelection,
  ): Promise<YearTallies | null> {
    // One snapshot for all queries, so that the figures belong to the position that is answered with them.
    return snapshotRead(this.database, PROJECTION, async (reader) => {
      const at = asAt === undefined ? null : await this.positionOf(asAt, reader);
      const [checkpoint, register, snapshot, synthetic] = await pipelined([
        checkpointOf(PROJECTION.name, reader),
        authoritiesAt(at, reader),
        at === null ? Promise.resolve(START) : lastSnapshotBy(at, year, reader),
        isSyntheticAt(at, reader),
      ]);
      if (at !== null && at > checkpoint) return null;
      const authorities = select(register);
      const codes = authorities.length === register.length ? null : authorities.map(({ code }) => code);
      const tallies =
        at === null || at === checkpoint
          ? await presentTallies({ year, codes }, reader)
          : await talliesAt({ at, snapshot }, { year, codes }, reader);
      const basis = { position: String(at ?? checkpoint), snapshot: null, synthetic };
      return { year, authorities, tallies, basis };
    });
  }

  /** Waits until no more events can be stored by an instant, and until the projection holds those that were. */
  private async waitForInstant(instant: Date): Promise<void> {
    const head = await this.store.settledHead(instant);
    if (head === null) throw new NotReached(instant.toISOString(), 'the latest moment is now');
    await this.awaitPosition(PROJECTION.name, head, WAIT_TIMEOUT_MS);
  }

  private async positionOf(asAt: AsAt, reader: EntityManager): Promise<Position> {
    if (asAt.kind === 'position') return asAt.position;
    const checkpoint = await checkpointOf(PROJECTION.name, reader);
    return positionAt(asAt.instant, checkpoint, { store: this.store, reader });
  }
}

/** The register as at a position; as at the checkpoint where that is null. */
async function authoritiesAt(at: Position | null, reader: EntityManager): Promise<Authority[]> {
  const rows = await reader.query<{ authority: Authority }[]>(
    `select distinct on (code) authority from statistics_authority
     where $1::bigint is null or position <= $1 order by code, position desc`,
    [at === null ? null : String(at)],
  );
  return rows.map((row) => row.authority);
}

/** Whether the store held invented cases as at a position; as at the checkpoint where that is null. */
async function isSyntheticAt(at: Position | null, reader: EntityManager): Promise<boolean> {
  const [row] = await reader.query<{ provenance: Provenance }[]>(
    `select provenance from statistics_provenance
     where $1::bigint is null or position <= $1 order by position desc limit 1`,
    [at === null ? null : String(at)],
  );
  return row?.provenance.synthetic ?? false;
}
