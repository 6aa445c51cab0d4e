import { AsAtSchema } from '../../src/statistics/as-at.js';
import { StatisticsOfYear } from '../../src/statistics/api/statistics.queries.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { upheldCommand } from '../support/command-line.js';
import { grouped, olderAnswers, restoreOlderStore, STATISTICS_VERSION } from '../support/older-store.js';
import { until } from '../support/projections.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

let store: Awaited<ReturnType<typeof restoreOlderStore>>;
let running: RunningUpheld;
const notices: string[] = [];
beforeAll(async () => {
  store = await restoreOlderStore();
  running = await runUpheld({ databaseUrl: store.url, notice: (line) => notices.push(line) });
  await running.upheld.caughtUp();
}, 120_000);
afterAll(async () => {
  await running.close();
  await store.drop();
});

async function expectSameAnswers(): Promise<void> {
  const answers = await olderAnswers();
  expect(answers).toHaveLength(4);
  for (const { year, asAt, statistics } of answers) {
    const at = asAt === null ? {} : { asAt: AsAtSchema.parse(asAt) };
    const answer = await running.queries.execute(new StatisticsOfYear(reportingYear(year), at));
    expect(grouped(answer)).toEqual(statistics);
  }
}

async function isUpgraded(): Promise<boolean> {
  const [row] = await running.upheld.database.query<{ version: number }[]>(
    `select version from projection_checkpoint where projection = 'statistics'`,
  );
  return row?.version === STATISTICS_VERSION;
}

describe('a store of the release of November 2026, opened by this one', () => {
  it('shows the same statistics of every council and year from its first answer on, live and as at an earlier position', async () => {
    await expectSameAnswers();
  });

  it('shows the same statistics once its tables are of this version, and says that they had to be rebuilt', async () => {
    await until(isUpgraded, 60_000);
    await expectSameAnswers();
    const line = new RegExp(
      `^statistics: tables of version 1 are rebuilt to version ${STATISTICS_VERSION}, `,
    );
    expect(notices.filter((notice) => line.test(notice))).toHaveLength(STATISTICS_VERSION > 1 ? 1 : 0);
  });

  it('passes upheld projections verify and upheld verify', async () => {
    const command = (...args: string[]) => upheldCommand(args, { DATABASE_URL: store.url });
    expect(await command('projections', 'verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^statistics equals a fresh fold of the log up to position 712: /,
      ) as unknown,
    });
    expect(await command('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^712 events in \d+ streams: every hash holds\.$/m) as unknown,
    });
  });
});
