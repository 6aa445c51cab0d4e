import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { processStart } from './living-process.js';
import type { Postmaster } from './postmaster.js';
import { ServerSupervisor, type SupervisorOptions } from './server-supervisor.js';

const CHECK_INTERVAL_MS = 5;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that stands in for a server. */
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

/** A supervisor of a server, with a record of what it called. */
function supervise(server: Postmaster, restart: SupervisorOptions['restart']) {
  const calls = new EventEmitter();
  const notices: string[] = [];
  const lost: string[] = [];
  const supervisor = new ServerSupervisor(
    server,
    {
      restart: (signal) => {
        calls.emit('restart');
        return restart(signal);
      },
      notice: (line) => {
        notices.push(line);
        calls.emit('notice');
      },
      onLost: ({ message }) => {
        lost.push(message);
        calls.emit('lost');
      },
    },
    CHECK_INTERVAL_MS,
  );
  return { supervisor, notices, lost, calls };
}

describe('the supervisor of a server', () => {
  it('restarts a server that has ended, once', async () => {
    const [first, second] = [await newServer(), await newServer()];
    let restarts = 0;
    const { supervisor, notices, calls } = supervise(first, () => {
      restarts += 1;
      return Promise.resolve(second);
    });
    await Promise.all([once(calls, 'notice'), first.kill()]);
    await pause(10 * CHECK_INTERVAL_MS);
    expect(restarts).toBe(1);
    expect(notices).toEqual([`PostgreSQL (process ${first.pid}) ended by itself, and was started again`]);
    expect(supervisor.server).toBe(second);
    await supervisor.end();
  });

  it('restarts nothing once it is ended itself', async () => {
    const server = await newServer();
    let restarts = 0;
    const { supervisor, notices, lost } = supervise(server, () => {
      restarts += 1;
      return Promise.resolve(server);
    });
    const ending = supervisor.end();
    await server.kill();
    await ending;
    await pause(10 * CHECK_INTERVAL_MS);
    expect({ restarts, notices, lost }).toEqual({ restarts: 0, notices: [], lost: [] });
  });

  it('waits for a restart that has begun before it ends', async () => {
    const [first, second] = [await newServer(), await newServer()];
    const started = new EventEmitter();
    const { supervisor, calls } = supervise(first, async () => {
      await once(started, 'started');
      return second;
    });
    await Promise.all([once(calls, 'restart'), first.kill()]);
    let ended = false;
    const ending = supervisor.end().then(() => (ended = true));
    await pause(10 * CHECK_INTERVAL_MS);
    expect(ended).toBe(false);
    started.emit('started');
    await ending;
    expect(supervisor.server).toBe(second);
  });

  it('gives up on a server that keeps ending, and reports that once', async () => {
    const ended = await newServer();
    await ended.kill();
    const { supervisor, notices, lost, calls } = supervise(ended, () => Promise.resolve(ended));
    await once(calls, 'lost');
    expect(notices).toHaveLength(5);
    expect(lost).toEqual([expect.stringContaining('after 5 attempts: it keeps ending')]);
    await supervisor.end();
  });
});
