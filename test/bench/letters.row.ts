import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegister } from '../../src/authorities/shipped-register.js';
import { PdfWorkers } from '../../src/letters/rendering/pdf-workers.js';
import { readLetterProse } from '../../src/letters/run/input-files.js';
import { writeLetters } from '../../src/letters/run/write-letters.js';
import { lettersOfYear } from '../../src/letters/run/letters-of-year.js';
import { annualStatistics } from '../../src/statistics/rates/annual-statistics.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { EMPTY_TALLY } from '../../src/statistics/rates/tally.js';
import type { Row } from './bench-environment.js';
import { limitFigure } from './figure.js';
import { PeakMemory } from './peak-memory.js';
import { median, timed } from './samples.js';

const LETTERS = 343;
const ROUNDS = 2;
const YEAR = reportingYear('2019-20');

/**
 * Writes the letters of a year as `upheld letters` does: PDF, HTML and text, each with its hash. The time includes
 * starting and stopping the workers. Memory is flat if the second half of the letters needs no more than the first.
 */
export const lettersRow: Row = {
  name: 'letters',
  async measure(bench) {
    const models = await yearOfLetters();
    const times: number[] = [];
    const growths: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = join(bench.folder, `letters-${round}`);
      times.push(
        await timed(async () => {
          growths.push(await writeAll(models, folder, bench.signal));
        }),
      );
      await rm(folder, { recursive: true });
    }
    return [
      limitFigure(
        `${LETTERS} letters as PDF, HTML and text, written and hashed`,
        median(times) / 1_000,
        6,
        's',
      ),
      limitFigure(
        'peak memory, second half of the letters minus first half',
        Math.max(0, median(growths)),
        50,
        'MB',
      ),
    ];
  },
};

/** Writes all letters. Returns by how many megabytes the peak of the second half exceeds that of the first. */
async function writeAll(
  models: Parameters<typeof writeLetters>[0],
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  const workers = new PdfWorkers();
  const [first, second] = [new PeakMemory(), new PeakMemory()];
  try {
    const letters = writeLetters(models, folder, workers);
    const write = async (count: number) => {
      for (let written = 0; written < count; written += 1) {
        signal.throwIfAborted();
        const next = await letters.next();
        if (next.done === true || 'error' in next.value) throw new Error('a letter was not written');
      }
    };
    const half = Math.floor(LETTERS / 2);
    await first.during(() => write(half));
    await second.during(() => write(LETTERS - half));
    await letters.return(undefined);
  } finally {
    await workers.close();
  }
  return second.peak - first.peak;
}

/** As many letters as were sent for 2019-20, with different figures for each council. */
async function yearOfLetters() {
  const authorities = await readRegister();
  const tallies = new Map(
    authorities.map(({ code }, index) => [
      code,
      {
        ...EMPTY_TALLY,
        upheld: 3 + (index % 20),
        'not-upheld': 1 + (index % 7),
        'satisfactory-remedy': index % 3,
        complied: 2 + (index % 9),
        'complied-late': index % 2,
      },
    ]),
  );
  const statistics = annualStatistics({
    year: YEAR,
    authorities,
    tallies,
    basis: { position: '0', snapshot: null, synthetic: true },
  });
  const letters = lettersOfYear({ statistics, prose: await readLetterProse(), paragraphs: new Map() });
  if (letters.length < LETTERS) throw new Error(`there are only ${letters.length} letters`);
  return letters.slice(0, LETTERS);
}
