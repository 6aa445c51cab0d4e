import { Argument, Option, type Command } from 'commander';
import { commandContext } from '../event-sourcing/command-context.js';
import { commandLineActor } from '../identity/actor.js';
import { authorise } from '../identity/policy.js';
import { parseArgument } from '../platform/cli/argument.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { DomainRefusal, InvalidInput } from '../platform/errors.js';
import { consumersNamed } from '../projections/consumer.js';
import { deadLetterOf } from '../projections/dead-letter.js';
import { SkipReasonSchema } from '../projections/projection-audit.js';
import { projectionStatus } from '../projections/status/projection-status.js';
import { statusJson, statusLines } from '../projections/status/status-text.js';
import { resumeProjection, skipEvent } from '../projections/stopped-projection.js';
import { rebuildProjections, verifyProjections } from './projections-rebuild.js';
import { runCommand, type Invocation } from './run-command.js';

type Options = Readonly<{ json?: boolean }>;

/** `upheld projections …`: shows the read models and reactors, and repairs them. */
export function addProjectionsCommand(program: Command): void {
  const projections = program
    .command('projections')
    .summary('look after the read models: status, resume, skip, rebuild, verify');
  const subcommand = (name: string, summary: string) =>
    projections.command(name).summary(summary).description(summary).option('--json', 'print JSON');
  const named = (command: Command, whenLeftOut: string) =>
    command.addArgument(new Argument('[name]', `one projection; ${whenLeftOut} when left out`));

  subcommand('status', 'show head, checkpoint, lag, version, stops, skipped events and rebuilds').action(
    (options: Options) => runBeside((invocation) => status(invocation, options), options),
  );
  named(
    subcommand('resume', 'let a stopped projection or reactor try its event again'),
    'the stopped one',
  ).action((name: string | undefined, options: Options) =>
    runBeside((invocation) => resume(invocation, name, options), options),
  );
  named(
    subcommand('skip', 'let a stopped projection or reactor leave its event out for ever'),
    'the stopped one',
  )
    .addOption(
      new Option('--reason <text>', 'why it may be left out; kept for ever')
        .argParser(parseArgument(SkipReasonSchema))
        .makeOptionMandatory(),
    )
    .action((name: string | undefined, options: Options & { reason: string }) =>
      runBeside((invocation) => skip(invocation, name, options), options),
    );
  named(subcommand('rebuild', 'fold the whole log into new tables, then replace the present ones'), 'all')
    .option('--verify', 'only compare the present tables with a fresh fold, as verify does')
    .action((name: string | undefined, options: Options & { verify?: boolean }) =>
      runBeside((invocation) => {
        const run = options.verify === true ? verifyProjections : rebuildProjections;
        return run(invocation, name, options);
      }, options),
    );
  named(
    subcommand(
      'verify',
      'compare the present tables with a fresh fold, byte for byte (exit 6 on a difference)',
    ),
    'all',
  ).action((name: string | undefined, options: Options) =>
    runBeside((invocation) => verifyProjections(invocation, name, options), options),
  );
}

/** These commands run beside the process that projects; they do not project themselves. */
function runBeside(command: (invocation: Invocation) => Promise<ExitCode>, options: Options): Promise<void> {
  return runCommand(command, { ...options, projecting: false });
}

async function status({ upheld, print }: Invocation, { json }: Options): Promise<ExitCode> {
  const all = await Promise.all(upheld.consumers.map((consumer) => projectionStatus(consumer, upheld)));
  if (json === true) print(JSON.stringify({ projections: all.map(statusJson) }, null, 2));
  else for (const line of all.flatMap(statusLines)) print(line);
  return EXIT.done;
}

async function resume(
  { upheld, print }: Invocation,
  name: string | undefined,
  { json }: Options,
): Promise<ExitCode> {
  const projection = await stoppedOne(upheld, name);
  const { stream, revision } = await resumeProjection(
    projection,
    operatorContext(upheld, 'ResumeProjection'),
    upheld,
  );
  if (json === true) print(JSON.stringify({ projection, resumed: { stream, revision } }));
  else print(`${projection} is resumed, and tries ${stream}@${revision} again.`);
  return EXIT.done;
}

async function skip(
  { upheld, print }: Invocation,
  name: string | undefined,
  { json, reason }: Options & { reason: string },
): Promise<ExitCode> {
  const projection = await stoppedOne(upheld, name);
  const { stream, revision } = await skipEvent(
    projection,
    reason,
    operatorContext(upheld, 'SkipProjectionEvent'),
    upheld,
  );
  if (json === true) print(JSON.stringify({ projection, skipped: { stream, revision }, reason }));
  else print(`${projection} continues without ${stream}@${revision}; its status will always show it.`);
  return EXIT.done;
}

/** The projection or reactor to resume, by its name or because no other is stopped. */
async function stoppedOne(upheld: Invocation['upheld'], name: string | undefined): Promise<string> {
  const stopped: string[] = [];
  for (const consumer of consumersNamed(upheld.consumers, name)) {
    if ((await deadLetterOf(consumer.name, upheld.database)) !== null) stopped.push(consumer.name);
  }
  const [only] = stopped;
  if (only === undefined) {
    throw new DomainRefusal(
      'projection-not-stopped',
      `${name ?? 'no projection'} is not stopped by any event`,
    );
  }
  if (stopped.length > 1)
    throw new InvalidInput(`several are stopped; name one of them: ${stopped.join(', ')}`);
  return only;
}

/** The context of a command of the person at the terminal, once the policy has allowed it. */
function operatorContext({ clock }: Invocation['upheld'], command: string) {
  const actor = commandLineActor();
  authorise(actor, { type: command, authorities: 'all' });
  return commandContext(actor, clock());
}
