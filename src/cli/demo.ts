import { join } from 'node:path';
import type { Command } from 'commander';
import { compareWithPublished } from '../demo/compare-with-published.js';
import { loadSyntheticYear } from '../demo/load-synthetic-year.js';
import { SYNTHETIC_YEAR } from '../demo/synthetic-year.js';
import { readLetterProse } from '../letters/run/input-files.js';
import { lettersOfYear } from '../letters/run/letters-of-year.js';
import { runLetters } from '../letters/run/run-letters.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { StatisticsOfYear } from '../statistics/api/statistics.queries.js';
import { runCommand, type Invocation } from './run-command.js';

/** `upheld demo`, the same as `npm run demo`: the main job end to end on synthetic data. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .summary('run the main job on a synthetic 2019-20 of all councils')
    .description(
      'Loads a synthetic 2019-20 of every English council, derives the statistics, writes every letter and ' +
        'compares the named councils with their published letters. The store is marked synthetic for good.',
    )
    .action(async () => {
      await runCommand(demo);
    });
}

async function demo(invocation: Invocation): Promise<ExitCode> {
  const { upheld, queries, configuration, signal, print, notice } = invocation;
  const began = Date.now();
  await loadSyntheticYear({ store: upheld.store, clock: upheld.clock, signal, notice });
  if (signal.aborted) return EXIT.interrupted;
  await upheld.caughtUp();
  const statistics = await queries.execute(new StatisticsOfYear(SYNTHETIC_YEAR));
  const prose = await readLetterProse();
  const models = lettersOfYear({ statistics, prose, paragraphs: new Map() });
  const folder = join(configuration.dataFolder, `letters-${SYNTHETIC_YEAR}-synthetic`);
  const { written, failed } = await runLetters(models, folder, signal);
  const { lines, agrees } = compareWithPublished(statistics);
  const decided = Object.values(statistics.national.decided).reduce((sum, count) => sum + count, 0);
  const seconds = Math.round((Date.now() - began) / 1000);
  const store = configuration.databaseUrl === undefined ? configuration.dataFolder : 'DATABASE_URL';
  print(`
SYNTHETIC ${SYNTHETIC_YEAR}: real names beside invented figures, compared only with letters whose figures are known.
${statistics.national.authorities} councils, ${decided} decided cases, ${written.length} letters, ${seconds} s

${lines.join('\n')}

Letters (PDF, HTML, text)   ${folder}
Store                       ${store}

Next:
  npx upheld statistics 2019-20 --authority E07000129   the figures of one council, with the averages
  npm start                                             the API on the same data, with /docs to try it
  UPHELD_DATA=./mine npx upheld import --help           your own cases, in a store of their own`);
  return agrees && failed.length === 0 ? EXIT.done : EXIT.mismatch;
}
