import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../errors.js';
import type { Binaries } from './binaries.js';
import { removeMistakenPidFile, runningPostmaster, stopPostmaster, type Postmaster } from './postmaster.js';
import { environment, identityOf } from './program.js';
import { lastLines, type ServerLog } from './server-log.js';
import type { ServerUser } from './server-user.js';
import { pollUntil } from '../poll-until.js';

/** What a server is started with. */
export interface ServerStart {
  readonly cluster: string;
  readonly user: ServerUser | undefined;
  readonly binaries: Binaries;
  readonly log: ServerLog;
  /** Given to the server over and above what stands in its `postgresql.conf`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** Asked for a port; default: any that is free. */
  readonly choosePort?: () => Promise<number>;
}

/** A server that takes connections. */
export type ReadyPostmaster = Postmaster & { readonly port: number };

/** Includes recovery after a crash, which replays what was written since the last checkpoint. */
const START_AT_MOST = 180_000;
/** Once the first process of a server was killed its others end by themselves, soon. */
const REMAINS_AT_MOST = 30_000;
const PORTS_TRIED = 10;

/**
 * Starts a server on 127.0.0.1 alone, on a port that was free a moment before.
 * @throws Unavailable `embedded-postgres-start-failed`, with the end of the server's log.
 */
export async function startServer(start: ServerStart): Promise<ReadyPostmaster> {
  const patientUntil = performance.now() + REMAINS_AT_MOST;
  for (let portsTaken = 0; ;) {
    start.signal?.throwIfAborted();
    const attempt = await tryStart(start);
    if (typeof attempt !== 'string') return attempt;
    if (/could not bind|could not create any TCP\/IP sockets/.test(attempt) && portsTaken < PORTS_TRIED) {
      portsTaken += 1;
    } else if (/lock file "postmaster.pid" already exists|shared memory block/.test(attempt)) {
      if (performance.now() > patientUntil) throw failed(start, attempt);
      await pause(250);
    } else {
      throw failed(start, attempt);
    }
  }
}

/** One attempt; what the server wrote to its log if it ended instead of getting ready. */
async function tryStart({
  cluster,
  user,
  binaries,
  log,
  settings,
  signal,
  choosePort = freePort,
}: ServerStart): Promise<ReadyPostmaster | string> {
  await removeMistakenPidFile(cluster);
  const options = {
    ...settings,
    port: String(await choosePort()),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  const output = await log.open();
  const from = await log.length();
  let server;
  let ended;
  try {
    // In a session of its own, so that a Ctrl-C for the process that started it does not reach it.
    server = spawn(binaries.postgres, ['-D', cluster, ...asArguments(options)], {
      ...identityOf(user),
      cwd: binaries.folder,
      env: environment(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    // At once: a server that cannot start may have ended before the next wait is over.
    ended = endOf(server);
  } finally {
    await output.close();
  }
  // It may outlive this process, if another uses it.
  server.unref();
  const outcome = await pollUntil(
    async () => {
      if (ended.why !== undefined) return ended.why;
      return readyServer(await runningPostmaster(cluster));
    },
    { timeoutMs: START_AT_MOST, signal },
  ).catch(async (error: unknown) => {
    await giveUp(server, cluster, binaries);
    throw error;
  });
  if (typeof outcome === 'object') return outcome;
  if (outcome === undefined) await giveUp(server, cluster, binaries);
  return `${await log.since(from)}${outcome ?? `it did not get ready in ${START_AT_MOST / 1000} s`}`;
}

const asArguments = (options: Readonly<Record<string, string>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The server, once it takes connections. */
export function readyServer(postmaster: Postmaster | undefined): ReadyPostmaster | undefined {
  if (postmaster?.port === undefined || postmaster.status !== 'ready') return undefined;
  return { ...postmaster, port: postmaster.port };
}

function endOf(child: ChildProcess): { readonly why: string | undefined } {
  const end: { why: string | undefined } = { why: undefined };
  child.on('error', (error) => (end.why = error.message));
  child.on('exit', (code, signal) => (end.why = `it ended with ${signal ?? `code ${code ?? '?'}`}`));
  return end;
}

/** Leaves nothing of a start that came to nothing. */
async function giveUp(server: ChildProcess, cluster: string, binaries: Binaries): Promise<void> {
  const postmaster = await runningPostmaster(cluster);
  if (postmaster !== undefined && postmaster.pid === server.pid) await stopPostmaster(postmaster, binaries);
  else server.kill('SIGQUIT');
}

function failed({ cluster }: ServerStart, log: string): Unavailable {
  return new Unavailable(
    'embedded-postgres-start-failed',
    `PostgreSQL does not start on ${cluster}:\n${lastLines(log)}`,
  );
}

/** A port that nobody listens on; somebody may before it is used, so be ready to ask for another. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}
