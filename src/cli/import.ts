import { InvalidArgumentError, type Command } from 'commander';
import { AuthorityRegister } from '../authorities/authority-register.js';
import { runCommand, type Invocation } from './run-command.js';
import { progressDisplay } from '../platform/cli/progress.js';
import type { ExitCode } from '../platform/cli/exit-code.js';
import { awaitProjection } from './await-projection.js';
import { importActor } from '../identity/actor.js';
import { DomainRefusal, InvalidInput } from '../platform/errors.js';
import { StoreProvenance } from '../provenance/provenance.js';
import { importExitCode, importHistory } from '../complaints/import/import-history.js';
import type { ImportProblem } from '../complaints/import/import-problem.js';
import { importStep } from '../complaints/import/import-progress.js';
import {
  LISTED_PROBLEMS,
  problemLine,
  summaryJson,
  summaryLines,
} from '../complaints/import/import-report.js';

type Options = Readonly<{
  decisions?: string;
  recommendations?: string;
  compliance?: string;
  dryRun?: boolean;
  json?: boolean;
}>;

/** `upheld import`: imports bulk history from CSV files by the same rules as the API. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .summary('import decisions, recommendations and compliance checks from CSV files')
    .description(
      'Imports bulk history from CSV files. A bad line is reported with its number and column, and nothing of ' +
        'its case is stored; all other cases are (exit 4). Rows that are stored already are skipped, so ' +
        'importing the same files again changes nothing. Recommendations or compliance may be imported alone ' +
        'for stored cases.',
    )
    .option('--decisions <file>', 'decisions.csv', filePath)
    .option('--recommendations <file>', 'recommendations.csv', filePath)
    .option('--compliance <file>', 'compliance.csv', filePath)
    .option('--dry-run', 'check everything and store nothing')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      await runCommand((invocation) => importFiles(invocation, options), options);
    });
}

function filePath(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('must be the path of a file');
  return text;
}

async function importFiles(invocation: Invocation, options: Options): Promise<ExitCode> {
  const { upheld, signal, print, notice } = invocation;
  const { decisions, recommendations, compliance, dryRun, json } = options;
  if (decisions === undefined && recommendations === undefined && compliance === undefined) {
    throw new InvalidInput('name at least one file: --decisions, --recommendations or --compliance');
  }
  if ((await new StoreProvenance(upheld.store).read()).synthetic) {
    throw new DomainRefusal(
      'store-is-synthetic',
      'this store holds synthetic data and accepts no real cases; import into another store: UPHELD_DATA=./mine npx upheld import …',
    );
  }
  const progress = progressDisplay();
  const listed: ImportProblem[] = [];
  let summary;
  try {
    summary = await importHistory({
      files: { decisions, recommendations, compliance },
      databaseUrl: upheld.databaseUrl,
      store: upheld.store,
      register: new AuthorityRegister(upheld.store),
      clock: upheld.clock,
      actor: importActor(),
      dryRun,
      signal,
      onProgress: (reached) => {
        progress.show(importStep(reached));
      },
      onProblem: (problem) => {
        progress.end();
        if (listed.length < LISTED_PROBLEMS) listed.push(problem);
        if (json !== true) print(problemLine(problem));
      },
    });
  } finally {
    progress.end();
  }
  const lines =
    json === true ? [JSON.stringify(summaryJson(summary, listed), null, 2)] : summaryLines(summary);
  for (const line of lines) print(line);
  if (summary.aborted) notice('Interrupted.');
  else {
    // The cases are stored, whether or not the statistics catch up.
    await awaitProjection(upheld.caughtUp(), signal, (reason) => {
      notice(`The statistics do not include all imported cases yet: ${reason}`);
    });
  }
  return importExitCode(summary);
}
