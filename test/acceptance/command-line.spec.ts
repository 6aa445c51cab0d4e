import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { upheldCommand, temporaryFolder, type CommandOutput } from '../support/command-line.js';
import { createDatabase } from '../support/database.js';
import { runUpheld } from '../support/running-upheld.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: Awaited<ReturnType<typeof createDatabase>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  database = await createDatabase();
});
afterAll(async () => {
  await database.drop();
  await folder.remove();
});

const upheld = (...args: string[]): Promise<CommandOutput> =>
  upheldCommand(args, { DATABASE_URL: database.url });
const at = (name: string) => join(folder.path, name);

describe('upheld with a missing data folder', () => {
  it('starts its PostgreSQL, loads the register, answers, and leaves nothing running', async () => {
    const data = at('data with spaces');
    const args = ['statistics', '2019-20', '--json'];
    const first = await upheldCommand(args, { UPHELD_DATA: data });
    expect(first).toMatchObject({ code: 0 });
    const statistics = JSON.parse(first.stdout) as { authorities: unknown[]; national: unknown };
    expect(statistics.authorities).toHaveLength(343);
    const pid = (await readdir(data, { recursive: true })).filter((name) => name.endsWith('postmaster.pid'));
    expect(pid).toEqual([]);
    const second = await upheldCommand(args, { UPHELD_DATA: data });
    expect(second.stdout).toBe(first.stdout);
  });
});

describe('upheld statistics', () => {
  it('lists an authority in the years in which it existed, and in no later year', async () => {
    const northampton = ['--authority', 'E07000154', '--json'];
    const existing = await upheld('statistics', '2019-20', ...northampton);
    expect(JSON.parse(existing.stdout)).toMatchObject({
      authority: { name: 'Northampton Borough Council', type: 'district' },
      upheld: { count: 0, of: 0, percent: null },
    });
    expect(await upheld('statistics', '2021-22', ...northampton)).toMatchObject({ code: 3, stdout: '' });
  });

  it.each([
    ['an invalid year', ['statistics', '2019-21'], 2],
    ['no year', ['statistics'], 2],
    ['an invalid code', ['statistics', '2019-20', '--authority', 'Blaby'], 2],
    ['an unknown option', ['statistics', '2019-20', '--council', 'E07000129'], 2],
    ['an unknown council', ['statistics', '2019-20', '--authority', 'E07999999'], 3],
    ['an unknown command', ['statistic', '2019-20'], 2],
  ])('refuses %s', async (_, args, code) => {
    const ran = await upheld(...args);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).not.toMatch(/\bat \S+ \(|node:internal/);
  });

  it('names the environment variables that are not valid', async () => {
    const environment = {
      DATABASE_URL: 'mysql://127.0.0.1/upheld',
      EVENTSTORE_URL: 'http://127.0.0.1:2113',
      UPHELD_STREAM_PREFIX: '$all',
      UPHELD_PORT: '70000',
    };
    const ran = await upheldCommand(['statistics', '2019-20'], environment);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/DATABASE_URL.*EVENTSTORE_URL.*UPHELD_STREAM_PREFIX.*UPHELD_PORT/);
  });

  it('reports that the database does not answer, without a stack', async () => {
    const environment = { DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/upheld' };
    const ran = await upheldCommand(['statistics', '2019-20'], environment);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^upheld: the database does not answer/);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('upheld letters', () => {
  it('writes the requested letters, with the same bytes each time', async () => {
    const codes = ['--authority', 'E07000129', 'E10000034'];
    const first = await upheld('letters', '2019-20', '--out', at('letters'), ...codes, '--json');
    const second = await upheld('letters', '2019-20', '--out', at('letters'), ...codes, '--json');
    expect(first.code).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    const names = (await readdir(at('letters'))).sort();
    expect(names.map((name) => name.split('-')[0])).toEqual([
      ...Array<string>(3).fill('E07000129'),
      ...Array<string>(3).fill('E10000034'),
    ]);
  });

  it("prints a council's own paragraphs", async () => {
    await writeFile(at('own.txt'), '# E07000129\n\nThis year I issued one public report.\n');
    const own = ['--authority', 'E07000129', '--paragraphs', at('own.txt')];
    expect((await upheld('letters', '2019-20', '--out', at('own'), ...own)).code).toBe(0);
    const [letter = ''] = (await readdir(at('own'))).filter((name) => name.endsWith('.txt'));
    expect(await readFile(join(at('own'), letter), 'utf8')).toContain(
      'This year I issued one public report.',
    );
  });

  it.each([
    ['a year without reporting rules', ['letters', '2018-19', '--out'], 3],
    ['a council that the year does not list', ['letters', '2019-20', '--authority', 'E06000060', '--out'], 3],
    ['a missing file of paragraphs', ['letters', '2019-20', '--paragraphs', '/nowhere', '--out'], 2],
  ])('refuses %s, and writes nothing', async (_, args, code) => {
    const ran = await upheld(...args, at('refused'));
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('refuses a letter without a folder to write to', async () => {
    expect(await upheld('letters', '2019-20')).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('upheld import', () => {
  const DECISIONS = [
    'reference,authority,subject,received_on,decided_on,outcome,reason,remedy,injustice',
    '19 007 429,E07000129,Housing,2019-05-01,2019-09-02,upheld,,recommended,true',
    '19007430,E07000129,Housing,2019-05-01,2019-09-31,not-upheld,,,',
  ].join('\n');

  it('stores good rows, reports bad ones, and returns once the statistics hold the new cases', async () => {
    await writeFile(at('decisions.csv'), DECISIONS);
    const ran = await upheld('import', '--decisions', at('decisions.csv'), '--json');
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      cases: { added: 1, refused: 1 },
      problems: { count: 1, listed: [{ line: 3, column: 'decided_on', reference: '19007430' }] },
    });
    const blaby = await upheld('statistics', '2019-20', '--authority', 'E07000129', '--json');
    expect(JSON.parse(blaby.stdout)).toMatchObject({ upheld: { count: 1, of: 1, percent: 100 } });
  });

  it('accepts a decision dated after its council was abolished, which counts for council, type and nation', async () => {
    const [header] = DECISIONS.split('\n');
    const late = '21000001,E07000154,Housing,2021-02-01,2021-06-01,upheld,,already-provided,true';
    await writeFile(at('abolished.csv'), [header, late].join('\n'));
    expect(await upheld('import', '--decisions', at('abolished.csv'))).toMatchObject({ code: 0 });
    const own = await upheld('statistics', '2021-22', '--authority', 'E07000154', '--json');
    const counted = { count: 1, of: 1, percent: 100 };
    expect(JSON.parse(own.stdout)).toMatchObject({
      authority: { name: 'Northampton Borough Council', type: 'district' },
      upheld: { ...counted, average: counted },
      satisfactoryRemedies: counted,
      compliance: { of: 0, percent: null },
    });
    const all = await upheld('statistics', '2021-22', '--json');
    expect(JSON.parse(all.stdout)).toMatchObject({ national: { upheld: counted } });
  });

  it.each([
    ['no file', [], 2],
    ['a missing file', ['--decisions', '/nowhere/decisions.csv'], 2],
    ['a file without the columns of decisions', ['--decisions', 'package.json'], 2],
  ])('refuses %s', async (_, args, code) => {
    expect(await upheld('import', ...args)).toMatchObject({ code, stdout: '' });
  });
});

describe('npm run demo', () => {
  it('refuses a store with cases that are not synthetic, and does not mark it', async () => {
    const running = await runUpheld();
    try {
      const complaint = { reference: '19007429', authority: 'E07000129', subject: 'Housing' };
      await running.post('/complaints', { ...complaint, receivedOn: '2019-05-01' });
      const ran = await upheldCommand(['demo'], { DATABASE_URL: running.upheld.databaseUrl });
      expect(ran).toMatchObject({ code: 3, stdout: '' });
      expect(ran.stderr).toContain('UPHELD_DATA');
      const { body } = await running.get('/statistics/2019-20');
      expect(body).toMatchObject({ basis: { synthetic: false } });
    } finally {
      await running.close();
    }
  });
});
