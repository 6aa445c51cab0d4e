import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { temporaryFolder, upheldCommand, type CommandOutput } from '../support/command-line.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let environment: { UPHELD_DATA: string };
let demo: CommandOutput;
let letters: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  environment = { UPHELD_DATA: join(folder.path, 'data') };
  demo = await upheldCommand(['demo'], environment);
  letters = join(environment.UPHELD_DATA, 'letters-2019-20-synthetic');
}, 180_000);
afterAll(() => folder.remove());

/** The row of a council in the table: its name, its figures, and how they compare. */
const row = (council: string) =>
  demo.stdout
    .split('\n')
    .find((line) => line.startsWith(council))
    ?.split(/\s{2,}/);

describe('npm run demo', () => {
  it('exits with code 0', () => {
    expect(demo).toMatchObject({ code: 0 });
  });

  it('prints a line for each named council, compared with the letters whose figures are known', () => {
    expect(row('Blaby')).toEqual([
      'Blaby District Council',
      '75%',
      '45%',
      '100%',
      '99%',
      '33%',
      '20%',
      'the same',
    ]);
    expect(row('Worcestershire')).toEqual([
      'Worcestershire County Council',
      '86%',
      '66%',
      '92%',
      '100%',
      '16%',
      '9%',
      'the same',
    ]);
    expect(row('Redditch')?.at(-1)).toBe('the same');
    expect(row('Bath and North East Somerset')?.at(-1)).toBe('figures lost');
    expect(row('Stafford')?.at(-1)).toBe('figures lost');
  });

  it('writes a letter to each of the 343 councils as PDF, HTML and text', async () => {
    const names = await readdir(letters);
    for (const ending of ['.pdf', '.html', '.txt']) {
      expect(names.filter((name) => name.endsWith(ending))).toHaveLength(343);
    }
  });

  it('marks every letter synthetic outside the three blocks', async () => {
    for (const name of await readdir(letters)) {
      if (name.endsWith('.pdf')) continue;
      const letter = await readFile(join(letters, name), 'utf8');
      expect(letter).toContain('Synthetic data for demonstration');
    }
  });

  it('marks the table and the statistics synthetic, and its figures reconcile', async () => {
    expect(demo.stdout).toContain('SYNTHETIC');
    const ran = await upheldCommand(['statistics', '2019-20', '--json'], environment);
    const { authorities, national, basis } = JSON.parse(ran.stdout) as YearStatistics;
    expect(basis.synthetic).toBe(true);
    expect(authorities).toHaveLength(343);
    expect(national.upheld.of).toBe(
      authorities.reduce((sum, { decided }) => sum + decided.upheld + decided['not-upheld'], 0),
    );
  });

  it('refuses real cases in its store', async () => {
    const decisions = join(folder.path, 'decisions.csv');
    await writeFile(decisions, 'reference\n');
    const ran = await upheldCommand(['import', '--decisions', decisions], environment);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain('UPHELD_DATA');
  });

  it('can be run again, and writes the same bytes of letters', async () => {
    const before = await hashes(letters);
    const again = await upheldCommand(['demo'], environment);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('in the store already');
    expect(await hashes(letters)).toEqual(before);
  }, 120_000);
});

async function hashes(path: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of (await readdir(path)).sort()) {
    found.set(
      name,
      createHash('sha256')
        .update(await readFile(join(path, name)))
        .digest('hex'),
    );
  }
  return found;
}
