import { Presets, SingleBar } from 'cli-progress';

/** How far a long command has come, told on stderr so that stdout holds only results. */
export interface Progress {
  advance(done: number): void;
  end(): void;
}

/** Where there is no terminal, a line at most this often, in milliseconds. */
const LINE_EVERY = 2_000;

/** A bar on a terminal; plain lines now and then otherwise, with a last one at the end. */
export function startProgress(
  what: string,
  total: number,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  return stream.isTTY ? barOf(what, total, stream) : linesOf(what, total, stream);
}

function barOf(what: string, total: number, stream: NodeJS.WriteStream): Progress {
  const format = `${what} {bar} {value} of {total}`;
  const bar = new SingleBar(
    { stream, format, hideCursor: true, stopOnComplete: false },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    advance: (done) => {
      bar.increment(done);
    },
    end: () => {
      bar.stop();
    },
  };
}

function linesOf(what: string, total: number, stream: NodeJS.WriteStream): Progress {
  let done = 0;
  let told = Date.now();
  const tell = () => {
    told = Date.now();
    stream.write(`${what}: ${done} of ${total}\n`);
  };
  return {
    advance: (more) => {
      done += more;
      if (Date.now() - told >= LINE_EVERY) tell();
    },
    end: tell,
  };
}
