import type { Position } from '../event-store/position.js';
import { EXIT, type ExitCode } from '../platform/cli/exit-code.js';
import { startProgress } from '../platform/cli/progress.js';
import { projectionsNamed } from '../projections/consumer.js';
import { rebuild } from '../projections/rebuild/rebuild.js';
import { verifyProjection, type ProjectionVerification } from '../projections/rebuild/verify-projection.js';
import type { Invocation } from './run-command.js';

type Options = Readonly<{ json?: boolean }>;
type Verified = ProjectionVerification & Readonly<{ projection: string }>;

/** Rebuilds one projection or all of them, one after another. */
export async function rebuildProjections(
  { upheld, signal, print, notice }: Invocation,
  name: string | undefined,
  { json }: Options,
): Promise<ExitCode> {
  const rebuilt: { projection: string; position: string }[] = [];
  noticeInterruption(signal, notice);
  for (const projection of projectionsNamed(upheld.consumers, name)) {
    const bar = progressBar(`rebuild ${projection.name}`, notice);
    const position = await rebuild({ ...upheld, projection, signal, ...bar }).finally(bar.end);
    if (position === null) {
      notice('Stopped; the present tables are as they were, and the next rebuild continues from here.');
      return EXIT.interrupted;
    }
    rebuilt.push({ projection: projection.name, position: String(position) });
    if (json !== true) print(`${projection.name} is rebuilt, up to position ${position}.`);
  }
  if (json === true) print(JSON.stringify({ rebuilt }));
  return EXIT.done;
}

/** Compares one projection or all of them with a fresh fold. */
export async function verifyProjections(
  { upheld, signal, print, notice }: Invocation,
  name: string | undefined,
  { json }: Options,
): Promise<ExitCode> {
  const verified: Verified[] = [];
  noticeInterruption(signal, notice);
  for (const projection of projectionsNamed(upheld.consumers, name)) {
    const bar = progressBar(`verify ${projection.name}`, notice);
    const found = await verifyProjection({ ...upheld, projection, signal, ...bar }).finally(bar.end);
    if (found === null) return EXIT.interrupted;
    verified.push({ projection: projection.name, ...found });
  }
  if (json === true) {
    const all = verified.map((one) => ({ ...one, position: String(one.position) }));
    print(JSON.stringify({ verified: all }, null, 2));
  } else {
    for (const line of verified.flatMap(verifiedLines)) print(line);
  }
  return verified.every(({ difference }) => difference === null) ? EXIT.done : EXIT.mismatch;
}

function verifiedLines({ projection, position, rows, difference }: Verified): string[] {
  if (difference === null) {
    return [
      `${projection} equals a fresh fold of the log up to position ${position}: ${rows} rows, byte for byte.`,
    ];
  }
  return [
    `${projection} differs from a fresh fold of the log up to position ${position}, first in ${difference.table}:`,
    `  live   ${difference.live ?? 'no such row'}`,
    `  fresh  ${difference.fresh ?? 'no such row'}`,
    '  upheld projections rebuild repairs it',
  ];
}

/** The first Ctrl-C waits for the current step, which may take a moment. */
function noticeInterruption(signal: AbortSignal, notice: (line: string) => void): void {
  const interrupted = () => {
    notice('Stopping after the current step; press Ctrl-C again to stop at once.');
  };
  signal.addEventListener('abort', interrupted, { once: true });
}

/** A bar over positions of the log; only the log knows how many events lie between them. */
function progressBar(what: string, notice: (line: string) => void) {
  let bar: ReturnType<typeof startProgress> | undefined;
  let at = 0n;
  return {
    onStart: (from: Position, head: Position) => {
      at = from;
      if (from > 0n) notice(`Continuing an interrupted rebuild from position ${from}.`);
      bar = startProgress(`${what}, positions`, Number(head - from));
    },
    onProgress: (checkpoint: Position) => {
      bar?.advance(Number(checkpoint - at));
      at = checkpoint;
    },
    end: () => bar?.end(),
  };
}
