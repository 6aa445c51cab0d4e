import cliProgress from 'cli-progress';

/** Where progress is shown: standard error, so that stdout holds only results. */
export type ProgressOutput = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** How far one step of a command is. */
export type Progress = Readonly<{
  step: string;
  done: number;
  /** 0 when it is not known. */
  total: number;
  /** How far, in words; `12,000 of 20,000` when left out. */
  reached?: string;
}>;

/** Shows how far a command is, step by step. `end` must always be called, also after an error. */
export type ProgressDisplay = Readonly<{
  show: (progress: Progress) => void;
  end: () => void;
}>;

/** Milliseconds between two plain lines of one step. */
const PLAIN_LINE_INTERVAL_MS = 5_000;

const number = new Intl.NumberFormat('en-GB');

/** A bar on a terminal; elsewhere a line at the beginning of each step and every few seconds. */
export function progressDisplay(
  output: ProgressOutput = process.stderr,
  now = () => performance.now(),
): ProgressDisplay {
  return output.isTTY === true ? bar(output) : plainLines(output, now);
}

function reachedBy({ done, total, reached }: Progress): string {
  return reached ?? `${number.format(done)} of ${number.format(total)}`;
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
      const { step, done, total } = progress;
      const payload = { step, reached: reachedBy(progress) };
      if (shown?.step !== step) {
        end();
        const format = '{step} [{bar}] {reached}';
        const next = new cliProgress.SingleBar({ stream: output, format, barsize: 30, gracefulExit: false });
        next.start(total, done, payload);
        shown = { step, bar: next };
      }
      shown.bar.update(done, payload);
    },
  };
}

function plainLines(output: ProgressOutput, now: () => number): ProgressDisplay {
  let step = '';
  let printedAt = 0;
  return {
    end: () => undefined,
    show: (progress) => {
      const isNewStep = step !== progress.step;
      if (!isNewStep && now() - printedAt < PLAIN_LINE_INTERVAL_MS) return;
      step = progress.step;
      printedAt = now();
      output.write(isNewStep ? `${step}\n` : `${step}: ${reachedBy(progress)}\n`);
    },
  };
}

/** The progress of a command with one step; `advance` adds to what is done. */
export function startProgress(
  step: string,
  total: number,
  output?: ProgressOutput,
): { advance: (more: number) => void; end: () => void } {
  const display = progressDisplay(output);
  let done = 0;
  display.show({ step, done, total });
  return {
    advance: (more) => {
      done += more;
      display.show({ step, done, total });
    },
    end: () => {
      display.end();
    },
  };
}
