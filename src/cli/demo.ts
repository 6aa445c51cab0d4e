import { join } from 'node:path';
import type { Command } from 'commander';
import { AuthorityRegister } from '../authorities/authority-register.js';
import { readRegister } from '../authorities/shipped-register.js';
import { runCommand, type Invocation } from './run-command.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { startProgress } from '../platform/cli/progress.js';
import { COMPLAINT_STREAMS } from '../complaints/complaint.events.js';
import { loadCases } from '../complaints/import/case-loader.js';
import { commandContext } from '../event-sourcing/command-context.js';
import type { EventStore } from '../event-store/event-store.js';
import { systemActor } from '../identity/actor.js';
import { readLetterProse } from '../letters/run/input-files.js';
import { lettersOfYear } from '../letters/run/letters-of-year.js';
import { runLetters } from '../letters/run/run-letters.js';
import { DomainRefusal } from '../platform/errors.js';
import { StoreProvenance } from '../provenance/provenance.js';
import { StatisticsOfYear } from '../statistics/api/statistics.queries.js';
import { compareWithPublished } from '../demo/compare-with-published.js';
import { SYNTHETIC_LABEL, SYNTHETIC_YEAR, syntheticYear } from '../demo/synthetic-year.js';

const ACTOR = systemActor('demo');

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
  const { upheld, queries, configuration, signal, print } = invocation;
  const began = Date.now();
  await loadOnce(invocation);
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
  print('');
  print(
    `SYNTHETIC ${SYNTHETIC_YEAR}: real names beside invented figures; only letters that are whole are followed.`,
  );
  print(
    `${statistics.national.authorities} councils, ${decided} decided cases, ${written.length} letters, ${seconds} s`,
  );
  print('');
  for (const line of lines) print(line);
  print('');
  print(`Letters (PDF, HTML, text)   ${folder}`);
  print(
    `Store                       ${configuration.databaseUrl === undefined ? configuration.dataFolder : 'DATABASE_URL'}`,
  );
  print('');
  print('Next:');
  print(
    '  npx upheld statistics 2019-20 --authority E07000129   the figures of one council, with the averages',
  );
  print(
    '  npm start                                             the API on the same data, with /docs to try it',
  );
  print('  UPHELD_DATA=./mine npx upheld import --help           your own cases, in a store of their own');
  return agrees && failed.length === 0 ? EXIT.done : EXIT.mismatch;
}

/** Loads the synthetic cases unless they are all there; a run that was killed is completed by the next. */
async function loadOnce({ upheld, signal, notice }: Invocation): Promise<void> {
  const { store, clock } = upheld;
  const provenance = new StoreProvenance(store);
  const { synthetic, loaded } = await provenance.read();
  if (loaded) {
    notice('The synthetic cases are in the store already.');
    return;
  }
  if (!synthetic && (await holdsComplaints(store))) {
    throw new DomainRefusal(
      'store-holds-real-data',
      'this store holds cases that are not synthetic; give the demo a folder of its own: UPHELD_DATA=./demo npm run demo',
    );
  }
  await provenance.declareSynthetic(SYNTHETIC_LABEL, commandContext(ACTOR, clock(), 'demo-declared'));
  const cases = [...syntheticYear(await readRegister())];
  const progress = startProgress('Recording cases', cases.length);
  let seen = 0;
  const { refused } = (
    await loadCases(cases, {
      store,
      register: new AuthorityRegister(store),
      clock,
      actor: ACTOR,
      correlationId: 'demo',
      signal,
      onProblems: ([problem]) => {
        throw new Error(`a synthetic case was refused: ${problem?.message ?? ''}`);
      },
      onBatch: ({ cases: { added, extended, unchanged } }) => {
        progress.advance(added + extended + unchanged - seen);
        seen = added + extended + unchanged;
      },
    })
  ).cases;
  progress.end();
  if (refused > 0) throw new Error(`${refused} synthetic cases were refused`);
  if (!signal.aborted)
    await provenance.declareLoaded(cases.length, commandContext(ACTOR, clock(), 'demo-loaded'));
}

async function holdsComplaints(store: EventStore): Promise<boolean> {
  for await (const { stream } of store.readAll()) {
    if (stream.startsWith(COMPLAINT_STREAMS)) return true;
  }
  return false;
}
