import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { processStart } from './living-process.js';
import type { Postmaster } from './postmaster.js';
import { ServerKeeper, type Keeping } from './server-keeper.js';

const LOOK_EVERY = 5;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process in the place of a server. */
async function newServer(): Promise<Postmaster & { kill: () => Promise<unknown> }> {
  const child = spawn('sleep', ['60']);
  children.push(child);
  const pid = child.pid ?? 0;
  const start = (await processStart(pid)) ?? 0;
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid, start, port: 1, status: 'ready', kill };
}

/** The keeper of a server, and what it did about its end. */
function kept(server: Postmaster, startAgain: Keeping['startAgain']) {
  const told = new EventEmitter();
  const notices: string[] = [];
  const lost: string[] = [];
  const keeper = new ServerKeeper(
    server,
    {
      startAgain: (signal) => {
        told.emit('start');
        return startAgain(signal);
      },
      notice: (line) => {
        notices.push(line);
        told.emit('notice');
      },
      onLost: ({ message }) => {
        lost.push(message);
        told.emit('lost');
      },
    },
    LOOK_EVERY,
  );
  return { keeper, notices, lost, told };
}

describe('the keeper of a server', () => {
  it('starts it again when it has ended, and once only', async () => {
    const [first, second] = [await newServer(), await newServer()];
    let starts = 0;
    const { keeper, notices, told } = kept(first, () => {
      starts += 1;
      return Promise.resolve(second);
    });
    await Promise.all([once(told, 'notice'), first.kill()]);
    await pause(10 * LOOK_EVERY);
    expect(starts).toBe(1);
    expect(notices).toEqual([`PostgreSQL (process ${first.pid}) ended by itself, and was started again`]);
    expect(keeper.server).toBe(second);
    await keeper.end();
  });

  it('does not start it again once it is to end', async () => {
    const server = await newServer();
    let starts = 0;
    const { keeper, notices, lost } = kept(server, () => {
      starts += 1;
      return Promise.resolve(server);
    });
    const ending = keeper.end();
    await server.kill();
    await ending;
    await pause(10 * LOOK_EVERY);
    expect({ starts, notices, lost }).toEqual({ starts: 0, notices: [], lost: [] });
  });

  it('sees a start that has begun to its end before it ends itself', async () => {
    const [first, second] = [await newServer(), await newServer()];
    const started = new EventEmitter();
    const { keeper, told } = kept(first, async () => {
      await once(started, 'started');
      return second;
    });
    await Promise.all([once(told, 'start'), first.kill()]);
    let ended = false;
    const ending = keeper.end().then(() => (ended = true));
    await pause(10 * LOOK_EVERY);
    expect(ended).toBe(false);
    started.emit('started');
    await ending;
    expect(keeper.server).toBe(second);
  });

  it('gives a server up that keeps ending, with one word of it', async () => {
    const ended = await newServer();
    await ended.kill();
    const { keeper, notices, lost, told } = kept(ended, () => Promise.resolve(ended));
    await once(told, 'lost');
    expect(notices).toHaveLength(5);
    expect(lost).toEqual([expect.stringContaining('after 5 attempts: it keeps ending')]);
    await keeper.end();
  });
});
