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

/** How to start a server. */
export interface ServerStart {
  readonly cluster: string;
  readonly user: ServerUser | undefined;
  readonly binaries: Binaries;
  readonly log: ServerLog;
  /** Settings in addition to those in `postgresql.conf`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** Called for a port before each attempt; default: any free port. */
  readonly choosePort?: () => Promise<number>;
}

/** A server that takes connections. */
export type ReadyPostmaster = Postmaster & { readonly port: number };

/** Includes recovery after a crash, which replays all changes since the last checkpoint. */
const START_TIMEOUT_MS = 180_000;
/** When the first process of a server was killed, its other processes end by themselves within this time. */
const ORPHANS_TIMEOUT_MS = 30_000;
const MAX_PORTS_TAKEN = 10;

/**
 * Starts a server that listens on 127.0.0.1 alone, and waits until it takes connections.
 * @throws Unavailable `embedded-postgres-start-failed`, with the end of the server's log.
 */
export async function startServer(start: ServerStart): Promise<ReadyPostmaster> {
  const orphansDeadline = performance.now() + ORPHANS_TIMEOUT_MS;
  for (let portsTaken = 0; ;) {
    start.signal?.throwIfAborted();
    const attempt = await tryStart(start);
    if (typeof attempt !== 'string') return attempt;
    if (/could not bind|could not create any TCP\/IP sockets/.test(attempt) && portsTaken < MAX_PORTS_TAKEN) {
      portsTaken += 1;
    } else if (/lock file "postmaster.pid" already exists|shared memory block/.test(attempt)) {
      if (performance.now() > orphansDeadline) throw failed(start, attempt);
      await pause(250);
    } else {
      throw failed(start, attempt);
    }
  }
}

/** One attempt to start. Returns the server, or what it wrote to its log if it ended before it was ready. */
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
  let exit;
  try {
    // In a session of its own, so that a Ctrl-C to this process does not reach it.
    server = spawn(binaries.postgres, ['-D', cluster, ...asArguments(options)], {
      ...identityOf(user),
      cwd: binaries.folder,
      env: environment(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    // Observed at once: a server that cannot start may end before the next await is over.
    exit = observeExit(server);
  } finally {
    await output.close();
  }
  // It outlives this process if another process uses it.
  server.unref();
  const result = await pollUntil(
    async () => {
      if (exit.reason !== undefined) return exit.reason;
      return readyServer(await runningPostmaster(cluster));
    },
    { timeoutMs: START_TIMEOUT_MS, signal },
  ).catch(async (error: unknown) => {
    await abandonStart(server, cluster, binaries);
    throw error;
  });
  if (typeof result === 'object') return result;
  if (result === undefined) await abandonStart(server, cluster, binaries);
  return `${await log.readFrom(from)}${result ?? `it did not get ready in ${START_TIMEOUT_MS / 1000} s`}`;
}

const asArguments = (options: Readonly<Record<string, string>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The server if it takes connections. */
export function readyServer(postmaster: Postmaster | undefined): ReadyPostmaster | undefined {
  if (postmaster?.port === undefined || postmaster.status !== 'ready') return undefined;
  return { ...postmaster, port: postmaster.port };
}

/** The reason why a child process ended; undefined until it has. */
function observeExit(child: ChildProcess): { readonly reason: string | undefined } {
  const exit: { reason: string | undefined } = { reason: undefined };
  child.on('error', (error) => (exit.reason = error.message));
  child.on('exit', (code, signal) => (exit.reason = `it ended with ${signal ?? `code ${code ?? '?'}`}`));
  return exit;
}

/** Stops a server that did not get ready. */
async function abandonStart(server: ChildProcess, cluster: string, binaries: Binaries): Promise<void> {
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

/** A port that is free now; another process may take it before it is used, so be ready to ask for another. */
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
