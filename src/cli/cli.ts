import { Command, CommanderError } from 'commander';
import { EXIT } from '../platform/cli/exit-code.js';
import { addDemoCommand } from './demo.js';
import { addImportCommand } from './import.js';
import { addVerifyCommand } from './verify.js';
import { addLettersCommand } from './letters.js';
import { addProjectionsCommand } from './projections.js';
import { addServeCommand } from './serve.js';
import { addStatisticsCommand } from './statistics.js';

/** Builds the program, runs the command that the arguments name and sets the exit code. */
export async function cli(argv: readonly string[]): Promise<void> {
  const program = new Command('upheld')
    .description('Outcome tracker of an ombudsman for councils: decisions in, statistics and letters out.')
    .exitOverride()
    .configureHelp({ sortSubcommands: true })
    .showHelpAfterError('(see upheld --help)');
  addDemoCommand(program);
  addImportCommand(program);
  addLettersCommand(program);
  addProjectionsCommand(program);
  addServeCommand(program);
  addStatisticsCommand(program);
  addVerifyCommand(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

await cli(process.argv);
