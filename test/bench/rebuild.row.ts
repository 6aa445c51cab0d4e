import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Row } from './bench-environment.js';
import { limitFigure, rateFigure } from './figure.js';
import type { RebuildAnswer, RebuildTask } from './rebuild.child.js';

/**
 * Rebuilds all read models from the log, in a process that does nothing else, like `upheld projections rebuild`. The
 * bound: reading and parsing the same log in that process.
 */
export const rebuildRow: Row = {
  name: 'rebuild',
  async measure(bench) {
    const log = await bench.log();
    await log.fillTo(bench.scale.rebuildEvents, bench.signal);
    const task = { databaseUrl: log.url, rounds: bench.scale.rebuildRounds, events: log.events };
    const { pairs, peak } = await inChild(task, bench.signal);
    const size = `${(Math.round(log.events / 1_000) * 1_000).toLocaleString('en-GB')} events`;
    return [
      rateFigure(`rebuild of all read models, ${size}; bound: reading the log`, pairs, 'events', 0.5),
      limitFigure(`peak memory of that rebuild, ${size}`, peak, 400, 'MB'),
    ];
  },
};

async function inChild(task: RebuildTask, signal: AbortSignal) {
  const child = fork(fileURLToPath(new URL('./rebuild.child.ts', import.meta.url)), {
    // The same heap setting as in bin/upheld.js.
    execArgv: ['--max-semi-space-size=32', '--import', new URL('./load-typescript.js', import.meta.url).href],
  });
  const end = () => child.kill();
  signal.addEventListener('abort', end);
  try {
    const ended = once(child, 'exit').then((): RebuildAnswer => ({ failed: 'its process ended' }));
    const answered = once(child, 'message').then(([answer]) => answer as RebuildAnswer);
    child.send(task);
    const answer = await Promise.race([answered, ended]);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer;
  } finally {
    signal.removeEventListener('abort', end);
    child.kill();
  }
}
