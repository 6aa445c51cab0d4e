import { Argument, Option, type Command } from 'commander';
import { parseArgument } from '../platform/cli/argument.js';
import { runCommand, type Invocation } from './run-command.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { startProgress } from '../platform/cli/progress.js';
import { commandContext } from '../event-sourcing/command-context.js';
import type { Position } from '../event-store/position.js';
import { commandLineActor } from '../identity/actor.js';
import { authorise } from '../identity/policy.js';
import { DomainRefusal, InvalidInput, NotFound } from '../platform/errors.js';
import { deadLetterOf } from '../projections/dead-letter.js';
import { projectionStatus, statusJson, statusLines } from '../projections/status/projection-status.js';
import type { Projection } from '../projections/projection.js';
import { rebuild } from '../projections/rebuild/rebuild.js';
import { SkipReasonSchema } from '../projections/projection-audit.js';
import { resumeProjection, skipEvent } from '../projections/stopped-projection.js';
import { verifyProjection, type ProjectionVerification } from '../projections/rebuild/verify-projection.js';

type Options = Readonly<{ json?: boolean }>;

/** `upheld projections …`: how the read models are, and what an operator can do about them. */
export function addProjectionsCommand(program: Command): void {
  const projections = program
    .command('projections')
    .summary('look after the read models: status, resume, skip, rebuild, verify');
  const subcommand = (name: string, summary: string) =>
    projections.command(name).summary(summary).description(summary).option('--json', 'print JSON');
  const named = (command: Command) =>
    command.addArgument(new Argument('[name]', 'one projection; all or the stopped one when left out'));

  subcommand('status', 'show head, checkpoint, lag, stops, skipped events and rebuilds').action(
    (options: Options) => runBeside((invocation) => status(invocation, options), options),
  );
  named(subcommand('resume', 'have a stopped projection try its event again')).action(
    (name: string | undefined, options: Options) =>
      runBeside((invocation) => resume(invocation, name, options), options),
  );
  named(subcommand('skip', 'have a stopped projection leave its event out for ever'))
    .addOption(
      new Option('--reason <text>', 'why it may be left out; kept for ever')
        .argParser(parseArgument(SkipReasonSchema))
        .makeOptionMandatory(),
    )
    .action((name: string | undefined, options: Options & { reason: string }) =>
      runBeside((invocation) => skip(invocation, name, options), options),
    );
  named(subcommand('rebuild', 'fold the whole log afresh, then put the result in place of what serves'))
    .option('--verify', 'only compare what serves with a fresh fold, as verify does')
    .action((name: string | undefined, options: Options & { verify?: boolean }) =>
      runBeside(
        (invocation) => (options.verify === true ? verifyAll : rebuildAll)(invocation, name, options),
        options,
      ),
    );
  named(
    subcommand('verify', 'compare what serves with a fresh fold, byte for byte (exit 6 on a difference)'),
  ).action((name: string | undefined, options: Options) =>
    runBeside((invocation) => verifyAll(invocation, name, options), options),
  );
}

/** These commands look at the projections, or work beside them; none takes the projector's place. */
function runBeside(command: (invocation: Invocation) => Promise<ExitCode>, options: Options): Promise<void> {
  return runCommand(command, { ...options, projecting: false });
}

async function status({ upheld, print }: Invocation, { json }: Options): Promise<ExitCode> {
  const all = await Promise.all(upheld.projections.map(({ name }) => projectionStatus(name, upheld)));
  if (json === true) print(JSON.stringify({ projections: all.map(statusJson) }, null, 2));
  else for (const line of all.flatMap(statusLines)) print(line);
  return EXIT.done;
}

async function resume(
  { upheld, print }: Invocation,
  name: string | undefined,
  { json }: Options,
): Promise<ExitCode> {
  const projection = await stoppedProjection(upheld, name);
  const { stream, revision } = await resumeProjection(
    projection,
    byOperator(upheld, 'ResumeProjection'),
    upheld,
  );
  if (json === true) print(JSON.stringify({ projection, resumed: { stream, revision } }));
  else print(`${projection} goes on, and tries ${stream}@${revision} again.`);
  return EXIT.done;
}

async function skip(
  { upheld, print }: Invocation,
  name: string | undefined,
  { json, reason }: Options & { reason: string },
): Promise<ExitCode> {
  const projection = await stoppedProjection(upheld, name);
  const { stream, revision } = await skipEvent(
    projection,
    reason,
    byOperator(upheld, 'SkipProjectionEvent'),
    upheld,
  );
  if (json === true) print(JSON.stringify({ projection, skipped: { stream, revision }, reason }));
  else print(`${projection} goes on without ${stream}@${revision}; its status will always show it.`);
  return EXIT.done;
}

async function rebuildAll(
  { upheld, signal, print, notice }: Invocation,
  name: string | undefined,
  { json }: Options,
): Promise<ExitCode> {
  const done: { projection: string; position: string }[] = [];
  tellWhenInterrupted(signal, notice);
  for (const projection of projectionsNamed(upheld, name)) {
    const bar = progressOf(`rebuild ${projection.name}`, notice);
    const position = await rebuild({ ...upheld, projection, signal, ...bar }).finally(bar.end);
    if (position === null) {
      notice('Stopped; what serves is as it was, and the next rebuild goes on from here.');
      return EXIT.interrupted;
    }
    done.push({ projection: projection.name, position: String(position) });
    if (json !== true) print(`${projection.name} is rebuilt, up to position ${position}.`);
  }
  if (json === true) print(JSON.stringify({ rebuilt: done }));
  return EXIT.done;
}

async function verifyAll(
  { upheld, signal, print, notice }: Invocation,
  name: string | undefined,
  { json }: Options,
): Promise<ExitCode> {
  const found: (ProjectionVerification & { projection: string })[] = [];
  tellWhenInterrupted(signal, notice);
  for (const projection of projectionsNamed(upheld, name)) {
    const bar = progressOf(`verify ${projection.name}`, notice);
    const verified = await verifyProjection({ ...upheld, projection, signal, ...bar }).finally(bar.end);
    if (verified === null) return EXIT.interrupted;
    found.push({ projection: projection.name, ...verified });
  }
  if (json === true) {
    print(
      JSON.stringify({ verified: found.map((one) => ({ ...one, position: String(one.position) })) }, null, 2),
    );
  } else {
    for (const line of found.flatMap(verifiedLines)) print(line);
  }
  return found.every(({ difference }) => difference === null) ? EXIT.done : EXIT.mismatch;
}

function verifiedLines({
  projection,
  position,
  rows,
  difference,
}: ProjectionVerification & { projection: string }): string[] {
  if (difference === null) {
    return [
      `${projection} equals a fresh fold of the log up to position ${position}: ${rows} rows, byte for byte.`,
    ];
  }
  return [
    `${projection} differs from a fresh fold of the log up to position ${position}, first in ${difference.table}:`,
    `  live   ${difference.live ?? 'no such row'}`,
    `  fresh  ${difference.fresh ?? 'no such row'}`,
    '  upheld projections rebuild puts it right',
  ];
}

/** The first Ctrl-C lets the step under way come to its end, which may take a moment. */
function tellWhenInterrupted(signal: AbortSignal, notice: (line: string) => void): void {
  const tell = () => {
    notice('Stopping after the step under way; Ctrl-C ends it at once.');
  };
  signal.addEventListener('abort', tell, { once: true });
}

/** A bar over positions of the log; how many events lie between them only the log knows. */
function progressOf(what: string, notice: (line: string) => void) {
  let bar: ReturnType<typeof startProgress> | undefined;
  let at = 0n;
  return {
    onStart: (from: Position, head: Position) => {
      at = from;
      if (from > 0n) notice(`An interrupted rebuild is taken up at position ${from}.`);
      bar = startProgress(`${what}, positions`, Number(head - from));
    },
    onProgress: (checkpoint: Position) => {
      bar?.advance(Number(checkpoint - at));
      at = checkpoint;
    },
    end: () => bar?.end(),
  };
}

type Opened = Invocation['upheld'];

function projectionsNamed({ projections }: Opened, name: string | undefined): readonly Projection[] {
  const wanted = projections.filter((projection) => name === undefined || projection.name === name);
  if (wanted.length === 0) throw new NotFound('projection-not-found', `there is no projection ${name ?? ''}`);
  return wanted;
}

async function stoppedProjection(upheld: Opened, name: string | undefined): Promise<string> {
  const candidates = projectionsNamed(upheld, name);
  const stopped: string[] = [];
  for (const projection of candidates) {
    if ((await deadLetterOf(projection.name, upheld.database)) !== null) stopped.push(projection.name);
  }
  const [only] = stopped;
  if (only === undefined) {
    throw new DomainRefusal(
      'projection-not-stopped',
      `${name ?? 'no projection'} is not stopped by any event`,
    );
  }
  if (stopped.length > 1) throw new InvalidInput(`say which is meant: ${stopped.join(', ')} are stopped`);
  return only;
}

/** The context of a command of the person at the terminal, once the policy has allowed it. */
function byOperator({ clock }: Opened, type: string) {
  const actor = commandLineActor();
  authorise(actor, { type, authorities: 'all' });
  return commandContext(actor, clock());
}
