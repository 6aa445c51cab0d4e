import type { Command } from 'commander';
import { runCommand, type Invocation } from './run-command.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { startProgress } from '../platform/cli/progress.js';
import type { BrokenLink } from '../event-store/core/hash-chain.js';
import { verifyLog, type Verification } from '../event-store/core/verify-log.js';

/** Events between two moves of the progress display. */
const STEP = 1_000;

/** `upheld verify`: shows that no event was changed, removed or slipped in since it was recorded. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .summary('recompute the hash chain of every stream')
    .description(
      'Recomputes the hash of every event from the log and compares it with the chain of its stream. The first ' +
        'event that was changed, removed or slipped in is named, and the command ends with 6.',
    )
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      await runCommand((invocation) => verify(invocation, options), options);
    });
}

async function verify(
  { upheld, signal, print }: Invocation,
  { json }: { json?: boolean },
): Promise<ExitCode> {
  const head = await upheld.store.head();
  const progress = startProgress('Verifying the log', Number(head));
  let told = 0;
  const verification = await verifyLog(upheld.store, {
    signal,
    onEvent: ({ position }) => {
      const reached = Number(position);
      if (reached - told < STEP) return;
      progress.advance(reached - told);
      told = reached;
    },
  });
  progress.end();
  const { broken } = verification;
  if (json === true) {
    const found = broken && { ...broken, position: String(broken.position) };
    print(JSON.stringify({ ...verification, broken: found }, null, 2));
  } else {
    print(lineOf(verification));
  }
  return broken === null ? EXIT.done : EXIT.mismatch;
}

function lineOf({ events, streams, broken, complete }: Verification): string {
  if (broken !== null) return `${events} events hold; ${brokenLine(broken)}`;
  const walked = `${events} events in ${streams} streams`;
  return complete
    ? `${walked}: every hash holds.`
    : `${walked} were verified before it was interrupted; the others were not read.`;
}

function brokenLine({ stream, revision, position, id, reason }: BrokenLink): string {
  const why =
    reason === 'gap'
      ? 'events before it are missing, or it was slipped in'
      : 'it, or the event before it in its stream, was changed';
  return `broken at ${stream}@${revision} (position ${position}, event ${id}): ${why}.`;
}
