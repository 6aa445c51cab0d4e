import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { AuthorityCodeSchema, type AuthorityCode } from '../authorities/authority-code.js';
import { parseArgument } from '../platform/cli/argument.js';
import { runCommand, type Invocation } from './run-command.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { ReportingYearSchema, type ReportingYear } from '../statistics/rates/reporting-year.js';
import { StatisticsOfYear } from '../statistics/api/statistics.queries.js';
import { readCouncilParagraphs, readLetterProse } from '../letters/run/input-files.js';
import { lettersOfYear } from '../letters/run/letters-of-year.js';
import { runLetters, type LetterRun } from '../letters/run/run-letters.js';

type Options = Readonly<{
  out: string;
  authority?: AuthorityCode[];
  paragraphs?: string;
  template?: string;
  json?: boolean;
}>;

const parseCode = parseArgument(AuthorityCodeSchema);

/** `upheld letters YEAR --out DIR`: the annual review letters of a year as PDF, HTML and text. */
export function addLettersCommand(program: Command): void {
  program
    .command('letters')
    .summary('write the annual review letters of a year')
    .description('Writes the annual review letters of a reporting year as tagged PDF, HTML and plain text.')
    .addArgument(
      new Argument('<year>', 'reporting year, such as 2019-20').argParser(parseArgument(ReportingYearSchema)),
    )
    .requiredOption('--out <dir>', 'folder to write to, created if it does not exist')
    .addOption(
      new Option('--authority <code...>', 'only these councils, by ONS code').argParser(
        (code: string, codes: AuthorityCode[] | undefined) => [...(codes ?? []), parseCode(code)],
      ),
    )
    .option('--paragraphs <file>', "the councils' own paragraphs: a line `# CODE`, then paragraphs")
    .option('--template <file>', 'general prose, instead of the template that comes with the program')
    .option('--json', 'print JSON')
    .action(async (year: ReportingYear, options: Options) => {
      await runCommand((invocation) => letters(invocation, year, options), options);
    });
}

async function letters(invocation: Invocation, year: ReportingYear, options: Options): Promise<ExitCode> {
  const { upheld, queries, signal, print, notice } = invocation;
  const prose = await readLetterProse(options.template);
  const paragraphs = await readCouncilParagraphs(options.paragraphs);
  await upheld.caughtUp();
  const statistics = await queries.execute(new StatisticsOfYear(year));
  const models = lettersOfYear({ statistics, prose, paragraphs, authorities: options.authority });
  const folder = resolve(options.out);
  const run = await runLetters(models, folder, signal);
  for (const { model, error } of run.failed) notice(`upheld: ${model.authority.name}: ${error.message}`);
  if (options.json) print(JSON.stringify({ year, folder, ...runJson(run) }, null, 2));
  else print(`${run.written.length} of ${models.length} letters for ${year} written to ${folder}`);
  return run.failed.length > 0 ? EXIT.partial : EXIT.done;
}

function runJson({ written, failed }: LetterRun) {
  return {
    letters: written.map(({ model, files }) => ({ authority: model.authority.code, files })),
    failed: failed.map(({ model, error }) => ({ authority: model.authority.code, reason: error.message })),
  };
}
