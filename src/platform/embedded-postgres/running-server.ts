import { Unavailable } from '../errors.js';
import { pollUntil } from '../poll-until.js';
import { lastPort, runningPostmaster } from './postmaster.js';
import { presentProcesses, type Presence } from './presence.js';
import { readyServer, startServer, type ReadyPostmaster, type ServerStart } from './server-start.js';

/** A server that another process started may still be recovering from a crash. */
const READY_TIMEOUT_MS = 180_000;

/**
 * The server that runs on a cluster, once it takes connections; undefined if none runs.
 * @throws Unavailable `embedded-postgres-not-answering`
 */
export async function findReadyServer(
  cluster: string,
  signal: AbortSignal | undefined,
): Promise<ReadyPostmaster | undefined> {
  const found = await pollUntil(
    async () => {
      const postmaster = await runningPostmaster(cluster);
      return postmaster === undefined ? 'none' : readyServer(postmaster);
    },
    { timeoutMs: READY_TIMEOUT_MS, signal },
  );
  if (found !== undefined) return found === 'none' ? undefined : found;
  throw new Unavailable(
    'embedded-postgres-not-answering',
    `the PostgreSQL that runs on ${cluster} has been starting or stopping for too long; end it, or try again later`,
  );
}

/**
 * Starts a server. If it ended while other processes were using it, it gets the port where they expect it, else any
 * free one. Call this, and `restartServer`, under the lock of the folder.
 */
export async function startOnExpectedPort(
  start: ServerStart,
  folder: string,
  own: Presence,
): Promise<ReadyPostmaster> {
  const others = (await presentProcesses(folder, 'user')).filter(({ name }) => name !== own.name);
  const port = others.length === 0 ? undefined : await lastPort(start.cluster);
  return startServer(port === undefined ? start : { ...start, choosePort: () => Promise.resolve(port) });
}

/** Starts a server that ended again on the port it had, unless another process has done so already. */
export async function restartServer(start: ServerStart, port: number): Promise<ReadyPostmaster> {
  const running = await findReadyServer(start.cluster, start.signal);
  const server = running ?? (await startServer({ ...start, choosePort: () => Promise.resolve(port) }));
  if (server.port !== port) throw new Error(`it runs on port ${server.port} now, no longer on ${port}`);
  return server;
}
