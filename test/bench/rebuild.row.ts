import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Row } from './bench-floor.js';
import { limitFigure, rateFigure } from './figure.js';
import type { RebuildAnswer, RebuildTask } from './rebuild.child.js';

/**
 * All read models anew from the log, by a process that does nothing else, as `upheld projections rebuild` is one;
 * against reading and parsing the same log there.
 */
export const rebuildRow: Row = {
  name: 'rebuild',
  async measure(floor) {
    const log = await floor.log();
    await log.fillTo(floor.scale.rebuildEvents, floor.signal);
    const task = { databaseUrl: log.url, rounds: floor.scale.rebuildRounds, events: log.events };
    const { pairs, peak } = await inChild(task, floor.signal);
    const size = `${(Math.round(log.events / 1_000) * 1_000).toLocaleString('en-GB')} events`;
    return [
      rateFigure(`rebuild of all read models, ${size}; reading the log`, pairs, 'events', 0.5),
      limitFigure(`memory of that rebuild, ${size}`, peak, 400, 'MB'),
    ];
  },
};

async function inChild(task: RebuildTask, signal: AbortSignal) {
  const child = fork(fileURLToPath(new URL('./rebuild.child.ts', import.meta.url)), {
    // As bin/upheld.js is run.
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
