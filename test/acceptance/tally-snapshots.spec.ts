import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { loadRegister } from '../../src/authorities/load-register.js';
import { ChangeComplaint, ChangeComplaintHandler } from '../../src/complaints/complaint.command-handler.js';
import type { ComplaintCommand } from '../../src/complaints/complaint.command.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { openDatabase } from '../../src/platform/postgres/database.js';
import { writePage } from '../../src/projections/page-writer.js';
import { projections } from '../../src/projections/projections.slice.js';
import { annualStatistics, authorityStatistics } from '../../src/statistics/rates/annual-statistics.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import {
  AddTallyMilestones1795219200500,
  CreateStatistics1795219200200,
  RenameStatisticsTables1795219200700,
} from '../../src/statistics/read-model/statistics.migration.js';
import { StatisticsProjection } from '../../src/statistics/read-model/statistics.projection.js';
import { PostgresStatisticsRepository } from '../../src/statistics/read-model/statistics.repository.js';
import { CHANGES_PER_SNAPSHOT } from '../../src/statistics/read-model/tally-snapshots.js';
import { commandsFor } from '../support/cases.js';
import { createDatabase } from '../support/database.js';
import { FoldedStatistics } from '../support/http-statistics.js';

const YEAR = reportingYear('2019-20');
const COUNCILS = ['E07000129', 'E10000034', 'E07000236'].map((code) => AuthorityCodeSchema.parse(code));
/** Small, so that a page has several snapshots, and a snapshot falls between two changes of some event. */
const CHANGES_BETWEEN = 7;
const TABLES = ['statistics_year', 'statistics_tally_snapshot'];

const store = new MemoryEventStore();
const log: RecordedEvent[] = [];
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await loadRegister(store, new Date());
  const handler = new ChangeComplaintHandler(store, new AuthorityRegister(store));
  const counts = {
    upheld: 4,
    notUpheld: 3,
    satisfactoryRemedies: 1,
    complied: 2,
    compliedLate: 1,
    notComplied: 3,
  };
  const cases = COUNCILS.flatMap((council) => commandsFor(council, YEAR, counts)).map(withCure);
  // The first command of each case, then the second of each, and so on, so that cases overlap.
  for (let step = 0; cases.some((commands) => step < commands.length); step += 1) {
    for (const commands of cases) {
      const [first, command] = [commands[0], commands[step]];
      if (first?.type !== 'ReceiveComplaint' || command === undefined) continue;
      const sent = commandContext({ id: 'test', role: 'caseworker' }, new Date());
      await handler.execute(new ChangeComplaint(first.reference, command, sent));
    }
  }
  for await (const event of store.readAll()) log.push(event);
});
afterAll(async () => {
  for (const end of closing.splice(0).reverse()) await end();
});

/** The commands of a case, with a cure where it was not complied with: one event that moves it from one count to another. */
function withCure(commands: readonly ComplaintCommand[]): readonly ComplaintCommand[] {
  const last = commands.at(-1);
  if (last?.type !== 'CheckCompliance' || last.result === 'complied') return commands;
  const { recommendation, checkedOn } = last;
  const cure: ComplaintCommand = {
    type: 'CheckCompliance',
    recommendation,
    result: 'complied',
    actionOn: checkedOn,
    checkedOn,
  };
  return [...commands, cure];
}

/** A database into which the log is projected, in pages of the given sizes, repeated in order. */
async function projected(sizes: readonly number[], projection: StatisticsProjection): Promise<DataSource> {
  const { url, drop } = await createDatabase();
  closing.push(drop);
  const database = await openDatabase(url, [
    CreateStatistics1795219200200,
    ...(projections.migrations ?? []),
    AddTallyMilestones1795219200500,
    RenameStatisticsTables1795219200700,
  ]);
  closing.push(() => database.destroy());
  for (let next = 0, page = 0; next < log.length; page += 1) {
    const size = sizes[page % sizes.length] ?? 1;
    await writePage(database, projection, log.slice(next, next + size), { skipped: new Set() });
    next += size;
  }
  return database;
}

/** The positions of the year's snapshots, and how many changes their event has after the multiple. */
async function snapshotsIn(database: DataSource): Promise<{ position: bigint; excess: number }[]> {
  const rows = await database.query<{ position: string; excess: number }[]>(
    `select position::text, count(*)::integer % $1 as excess
     from (select distinct year, position from statistics_tally_snapshot) snapshot
       join (select year, position as at from statistics_change) change using (year)
     where year = $2 and at <= position group by position`,
    [CHANGES_BETWEEN, YEAR],
  );
  return rows.map(({ position, excess }) => ({ position: BigInt(position), excess }));
}

async function rowsOf(database: DataSource): Promise<string[]> {
  const rows: string[] = [];
  for (const table of TABLES) {
    const found = await database.query<{ row: string }[]>(
      `select '${table} ' || whole::text as row from ${table} as whole order by 1`,
    );
    rows.push(...found.map(({ row }) => row));
  }
  return rows;
}

describe("the snapshots of a year's counts", () => {
  it('give, with the changes since, the same figures as a fold of the log at every position', async () => {
    const database = await projected([50], new StatisticsProjection(CHANGES_BETWEEN));
    const repository = new PostgresStatisticsRepository(database, store, () => Promise.resolve());
    const oracle = new FoldedStatistics(store);
    const [blaby] = COUNCILS;
    if (blaby === undefined) throw new Error('no council');
    const lastEvents = log.slice(-100);
    const snapshots = (await snapshotsIn(database)).filter(({ position }) =>
      lastEvents.some((event) => event.position === position),
    );
    // Both kinds occur: a multiple at the last change of an event, and one at a change before it.
    expect(snapshots.filter(({ excess }) => excess === 0).length).toBeGreaterThan(0);
    expect(snapshots.filter(({ excess }) => excess > 0).length).toBeGreaterThan(0);
    for (const { position } of lastEvents) {
      const asAt = { kind: 'position', position } as const;
      const folded = annualStatistics(await oracle.talliesOfYear(YEAR, asAt));
      expect(annualStatistics(await repository.talliesOfYear(YEAR, asAt))).toEqual(folded);
      expect(authorityStatistics(await repository.talliesOfPeers(blaby, YEAR, asAt))).toEqual(
        folded.authorities.find(({ authority }) => authority.code === blaby) ?? null,
      );
    }
  }, 120_000);

  it('are the same however the log is cut into pages', async () => {
    const whole = await rowsOf(await projected([log.length], new StatisticsProjection(CHANGES_BETWEEN)));
    expect(whole.length).toBeGreaterThan(20);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
        async (sizes) => {
          expect(await rowsOf(await projected(sizes, new StatisticsProjection(CHANGES_BETWEEN)))).toEqual(
            whole,
          );
        },
      ),
      { numRuns: 8 },
    );
  });

  it('are made by their migration for the changes projected before it, by the same rule', async () => {
    const database = await projected([log.length], new StatisticsProjection());
    // Each event has two changes, and the second undoes the first: the event of a snapshot has one change too many.
    const more = CHANGES_PER_SNAPSHOT + 100;
    await database.query(
      `insert into statistics_change (year, position, authority, measure, delta, reference)
       select '2030-31', 1000 + number / 2, 'E07000129', 'upheld', case number % 2 when 0 then -1 else 1 end, '30000001'
       from generate_series(1, $1) as number`,
      [more],
    );
    const [snapshots, names] = [
      new AddTallyMilestones1795219200500(),
      new RenameStatisticsTables1795219200700(),
    ];
    const runner = database.createQueryRunner();
    await names.down(runner);
    await snapshots.down(runner);
    await snapshots.up(runner);
    await names.up(runner);
    await runner.release();
    const changes = await database.query<unknown[]>('select * from statistics_year order by year');
    expect(changes).toContainEqual({ year: '2030-31', changes: more });
    const [snapshot] = await database.query<{ position: string; count: number }[]>(
      `select position::text, count from statistics_tally_snapshot where year = '2030-31'`,
    );
    expect(snapshot).toEqual({ position: String(1000 + CHANGES_PER_SNAPSHOT / 2), count: 1 });
  });
});
