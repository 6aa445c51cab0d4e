import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { AuthorityCodeSchema, type AuthorityCode } from '../authorities/authority-code.js';
import { parseArgument } from '../platform/cli/argument.js';
import { runCommand, type Invocation } from './run-command.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { startProgress } from '../platform/cli/progress.js';
import { ReportingYearSchema, type ReportingYear } from '../statistics/rates/reporting-year.js';
import { StatisticsOfYear } from '../statistics/api/statistics.queries.js';
import type { LetterModel } from '../letters/model/letter-model.js';
import { PdfWorkers } from '../letters/rendering/pdf-workers.js';
import { readCouncilParagraphs, readLetterProse } from '../letters/run/input-files.js';
import { writeLetters, type LetterFile } from '../letters/run/write-letters.js';
import { yearLetters } from '../letters/run/year-letters.js';

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
    .requiredOption('--out <dir>', 'folder to write to, made if need be')
    .addOption(
      new Option('--authority <code...>', 'only these councils, by ONS code').argParser(
        (code: string, codes: AuthorityCode[] | undefined) => [...(codes ?? []), parseCode(code)],
      ),
    )
    .option('--paragraphs <file>', "the councils' own paragraphs: a line `# CODE`, then paragraphs")
    .option('--template <file>', 'general prose instead of the one that comes with the program')
    .option('--json', 'print JSON')
    .action(async (year: ReportingYear, options: Options) => {
      await runCommand((invocation) => letters(invocation, year, options), options);
    });
}

async function letters(invocation: Invocation, year: ReportingYear, options: Options): Promise<ExitCode> {
  const { upheld, queries, print, notice } = invocation;
  const prose = await readLetterProse(options.template);
  const paragraphs = await readCouncilParagraphs(options.paragraphs);
  await upheld.caughtUp();
  const statistics = await queries.execute(new StatisticsOfYear(year));
  const models = yearLetters({ statistics, prose, paragraphs, authorities: options.authority });
  const folder = resolve(options.out);
  const { written, failed } = await writeAll(models, folder, invocation);
  for (const { model, error } of failed) notice(`upheld: ${model.authority.name}: ${error.message}`);
  if (options.json) {
    print(JSON.stringify({ year, folder, letters: written, failed: failed.map(failure) }, null, 2));
  } else {
    print(`${written.length} of ${models.length} letters for ${year} written to ${folder}`);
  }
  return failed.length > 0 ? EXIT.partial : EXIT.done;
}

type Written = Readonly<{ authority: AuthorityCode; files: readonly LetterFile[] }>;
type Failed = Readonly<{ model: LetterModel; error: Error }>;

function failure({ model, error }: Failed) {
  return { authority: model.authority.code, reason: error.message };
}

/** Writes letters until all are written or Ctrl-C comes; a run that was ended is completed by the next. */
export async function writeAll(
  models: readonly LetterModel[],
  folder: string,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<{ written: Written[]; failed: Failed[] }> {
  const press = new PdfWorkers();
  const progress = startProgress('Writing letters', models.length);
  const written: Written[] = [];
  const failed: Failed[] = [];
  try {
    for await (const outcome of writeLetters(models, folder, press)) {
      if ('error' in outcome) failed.push(outcome);
      else written.push({ authority: outcome.model.authority.code, files: outcome.files });
      progress.advance(1);
      if (signal.aborted) break;
    }
  } finally {
    progress.end();
    await press.close();
  }
  return { written, failed };
}
