import cliProgress from 'cli-progress';
import type { ImportProgress } from './import-history.js';

/** Where progress is shown: standard error. */
export type ProgressOutput = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Shows how far an import is; `end` must be called whatever becomes of it. */
export type ProgressDisplay = Readonly<{
  show: (progress: ImportProgress) => void;
  end: () => void;
}>;

/** Milliseconds between two plain lines of one step. */
const PLAIN_EVERY = 5_000;

/** A bar on a terminal, else a line at the beginning of each step and every few seconds. */
export function importProgress(output: ProgressOutput, now = () => performance.now()): ProgressDisplay {
  return output.isTTY === true ? bar(output) : plainLines(output, now);
}

const number = new Intl.NumberFormat('en-GB');

function stepOf(progress: ImportProgress): string {
  return progress.phase === 'reading' ? `Reading ${progress.file}` : 'Recording cases';
}

function reached({ phase, done, total }: ImportProgress): string {
  if (phase === 'recording') return `${number.format(done)} of ${number.format(total)}`;
  return total === 0
    ? `${number.format(done)} bytes`
    : `${Math.floor((100 * Math.min(done, total)) / total)}%`;
}

function bar(output: ProgressOutput): ProgressDisplay {
  let shown: { step: string; bar: cliProgress.SingleBar } | undefined;
  const end = () => {
    shown?.bar.stop();
    shown = undefined;
  };
  return {
    end,
    show: (progress) => {
      const step = stepOf(progress);
      const payload = { step, reached: reached(progress) };
      if (shown?.step !== step) {
        end();
        const format = '{step} [{bar}] {reached}';
        const next = new cliProgress.SingleBar({ stream: output, format, barsize: 30, gracefulExit: false });
        next.start(progress.total, progress.done, payload);
        shown = { step, bar: next };
      }
      shown.bar.update(progress.done, payload);
    },
  };
}

function plainLines(output: ProgressOutput, now: () => number): ProgressDisplay {
  let step = '';
  let told = 0;
  return {
    end: () => undefined,
    show: (progress) => {
      const begun = step !== stepOf(progress);
      if (!begun && now() - told < PLAIN_EVERY) return;
      step = stepOf(progress);
      told = now();
      output.write(begun ? `${step}\n` : `${step}: ${reached(progress)}\n`);
    },
  };
}
