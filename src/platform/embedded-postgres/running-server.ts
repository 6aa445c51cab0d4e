import { Unavailable } from '../errors.js';
import { lastPort, runningPostmaster } from './postmaster.js';
import { whoIsPresent, type Presence } from './presence.js';
import { readyServer, startServer, type ReadyPostmaster, type ServerStart } from './server-start.js';
import { pollUntil } from '../poll-until.js';

/** A server that somebody else started may still be recovering. */
const READY_AT_MOST = 180_000;

/** A running server, once it takes connections; undefined if there is none, or no longer. */
export async function joinable(
  cluster: string,
  signal: AbortSignal | undefined,
): Promise<ReadyPostmaster | undefined> {
  const found = await pollUntil(
    async () => {
      const postmaster = await runningPostmaster(cluster);
      return postmaster === undefined ? 'none' : readyServer(postmaster);
    },
    { timeoutMs: READY_AT_MOST, signal },
  );
  if (found !== undefined) return found === 'none' ? undefined : found;
  throw new Unavailable(
    'embedded-postgres-not-answering',
    `the PostgreSQL that runs on ${cluster} has been starting or stopping for too long; end it, or try again later`,
  );
}

/**
 * Starts a server where those look for it who were using one when it ended; on any port if there are none. To be
 * called, like all here that starts one, under the lock of the folder.
 */
export async function startForAll(
  start: ServerStart,
  folder: string,
  own: Presence,
): Promise<ReadyPostmaster> {
  const others = (await whoIsPresent(folder, 'user')).filter(({ name }) => name !== own.name);
  const port = others.length === 0 ? undefined : await lastPort(start.cluster);
  return startServer(port === undefined ? start : { ...start, choosePort: () => Promise.resolve(port) });
}

/** Starts a server that ended on the port it had, unless somebody else was quicker. */
export async function startAgain(start: ServerStart, port: number): Promise<ReadyPostmaster> {
  const running = await joinable(start.cluster, start.signal);
  const server = running ?? (await startServer({ ...start, choosePort: () => Promise.resolve(port) }));
  if (server.port !== port) throw new Error(`it runs on port ${server.port} now, no longer on ${port}`);
  return server;
}
