import type { Command } from 'commander';
import { runCommand, type Invocation } from './run-command.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { startProgress } from '../platform/cli/progress.js';
import type { BrokenLink } from '../event-store/core/hash-chain.js';
import { verifyLog, type Verification } from '../event-store/core/verify-log.js';

/** Events between two updates of the progress display. */
const PROGRESS_EVERY = 1_000;

/** `upheld verify`: proves that no event was changed, removed or inserted since it was recorded. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .summary('recompute the hash chain of every stream')
    .description(
      'Recomputes the hash of every event in the log and compares it with the hash chain of its stream. Names ' +
        'the first event that was changed, removed or inserted, and exits with 6.',
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
  let shown = 0;
  const verification = await verifyLog(upheld.store, {
    signal,
    onEvent: ({ position }) => {
      const reached = Number(position);
      if (reached - shown < PROGRESS_EVERY) return;
      progress.advance(reached - shown);
      shown = reached;
    },
  });
  progress.end();
  const { broken } = verification;
  if (json === true) {
    const brokenJson = broken && { ...broken, position: String(broken.position) };
    print(JSON.stringify({ ...verification, broken: brokenJson }, null, 2));
  } else {
    print(resultLine(verification));
  }
  return broken === null ? EXIT.done : EXIT.mismatch;
}

function resultLine({ events, streams, broken, complete }: Verification): string {
  if (broken !== null) return `${events} events hold; ${brokenLine(broken)}`;
  const verified = `${events} events in ${streams} streams`;
  return complete
    ? `${verified}: every hash holds.`
    : `${verified} were verified before the interruption; the others were not read.`;
}

function brokenLine({ stream, revision, position, id, reason }: BrokenLink): string {
  const explanation =
    reason === 'gap'
      ? 'events before it are missing, or it was inserted'
      : 'it, or the event before it in its stream, was changed';
  return `broken at ${stream}@${revision} (position ${position}, event ${id}): ${explanation}.`;
}
