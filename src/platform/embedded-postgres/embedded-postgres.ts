import { Unavailable, UpheldError } from '../errors.js';
import { awaitConnectable, urlOf } from './connection.js';
import { withFolderLock } from './folder-lock.js';
import { runningPostmaster, stopPostmaster, type Postmaster } from './postmaster.js';
import { prepareCluster, type PreparedCluster } from './prepared-cluster.js';
import { announcePresence, HEARTBEAT_TIMEOUT_MS, presentProcesses, type Presence } from './presence.js';
import { ServerSupervisor } from './server-supervisor.js';
import { ServerLog } from './server-log.js';
import { findReadyServer, restartServer, startOnExpectedPort } from './running-server.js';
import type { ServerStart } from './server-start.js';
import { openStateFolder } from './state-folder.js';
import { systemCode } from '../system-error.js';
import { pollUntil } from '../poll-until.js';

/** Which embedded PostgreSQL to open, and how. */
export interface EmbeddedPostgresOptions {
  /** Created if it is missing. */
  readonly dataFolder: string;
  /** Receives lines for the user: where programs or data are, or what is being waited for. */
  readonly notice?: (line: string) => void;
  /** Called once, when the server has ended by itself and cannot be started again. The caller still has to close. */
  readonly onLost?: (error: Unavailable) => void;
  /** Aborts the opening; it has no effect on a server that is open. */
  readonly signal?: AbortSignal;
  /**
   * For root, PostgreSQL runs as another user, who must be able to reach programs and data. This is where they go if
   * that user cannot reach them where they are. Default: `/var/lib/upheld`.
   */
  readonly systemFolder?: string;
  /** For tests only. */
  readonly forTests?: EmbeddedServerTestHooks;
}

/** Settings of a server whose data may be lost. */
export interface EmbeddedServerTestHooks {
  /** Settings of the server; `fsync: 'off'` risks the data for speed. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes the role of a new database a superuser, so that tests can do what only a superuser may. */
  readonly superuser?: boolean;
}

/** One use of the embedded PostgreSQL of a data folder. */
export interface EmbeddedPostgres {
  /** `postgres://role:password@127.0.0.1:port/upheld`; the role may create databases, and is no superuser. */
  readonly url: string;
  /** The server was running already. */
  readonly joined: boolean;
  /**
   * Ends this use, and stops the server if this was the last one; resolves when the server has ended. Close connections
   * first: those still open are cut. A second call does nothing more.
   * @throws Unavailable `embedded-postgres-stop-failed`
   */
  close(): Promise<void>;
}

/** Longer than a start and a stop may take together. */
const LOCK_TIMEOUT_MS = 300_000;

/**
 * Starts, or joins, the PostgreSQL of a data folder. Any number of processes may use a data folder, and one process
 * may open it several times. None of them owns the server: each use is a file in the folder, and the last living use
 * to end stops the server. If a killed process leaves a server running, the next process joins it. If the server ends
 * by itself while it is used, the first process to notice starts it again on the same port.
 * @throws Unavailable with a code `embedded-postgres-…` and a message that names a way out
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { path } = await openStateFolder(options.dataFolder);
  try {
    return await withFolderLock(path, { timeoutMs: LOCK_TIMEOUT_MS, signal: options.signal }, () =>
      openLocked(options),
    );
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof UpheldError || code === undefined || options.signal?.aborted === true) throw error;
    const message = `PostgreSQL cannot be used in ${path}: ${String(error)}`;
    throw new Unavailable('embedded-postgres-failed', message, { cause: error });
  }
}

async function openLocked(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { signal, forTests: { settings = {}, superuser = false } = {} } = options;
  const state = await openStateFolder(options.dataFolder);
  await awaitNoUseElsewhere(state.path, options);
  const presence = await announcePresence(state.path, 'user');
  let prepared: PreparedCluster | undefined;
  try {
    const made = await prepareCluster(state, {
      durable: settings['fsync'] !== 'off',
      superuser,
      systemFolder: options.systemFolder,
      signal,
    });
    prepared = made;
    const log = new ServerLog(state.path);
    const running = await findReadyServer(made.cluster, signal);
    const start: ServerStart = { ...made, log, settings, signal };
    const server = running ?? (await startOnExpectedPort(start, state.path, presence));
    if (running === undefined && made.notice !== undefined) options.notice?.(made.notice);
    const url = urlOf(server.port, made.password);
    await awaitConnectable(url, signal);
    const stopRotation = log.rotateRegularly();
    const supervisor = new ServerSupervisor(server, {
      restart: (ending) =>
        // A start that has begun is finished even while this use is being closed: others may use the server already.
        withFolderLock(state.path, { timeoutMs: LOCK_TIMEOUT_MS, signal: ending }, () =>
          restartServer({ ...start, signal: undefined }, server.port),
        ),
      notice: (line) => options.notice?.(line),
      onLost: (error) => options.onLost?.(error),
    });
    const close = async () => {
      stopRotation();
      await supervisor.end();
      await endUse({ folder: state.path, presence, server: supervisor.server, ...made });
    };
    let closing: Promise<void> | undefined;
    return { url, joined: running !== undefined, close: () => (closing ??= close()) };
  } catch (error) {
    await presence.withdraw();
    if (prepared !== undefined) await stopIfUnused(state.path, prepared);
    throw error;
  }
}

/** Waits for uses from other containers or machines to end: neither their processes nor their server can be reached here. */
async function awaitNoUseElsewhere(
  folder: string,
  { notice, signal }: EmbeddedPostgresOptions,
): Promise<void> {
  const noUseElsewhere = async (): Promise<true | undefined> =>
    (await presentProcesses(folder, 'user')).some(({ elsewhere }) => elsewhere) ? undefined : true;
  if ((await noUseElsewhere()) === true) return;
  notice?.(`the database in ${folder} may be in use from another container or machine: waiting to see`);
  if ((await pollUntil(noUseElsewhere, { timeoutMs: HEARTBEAT_TIMEOUT_MS + 2_000, signal })) === true) return;
  throw new Unavailable(
    'embedded-postgres-elsewhere',
    `the database in ${folder} is in use from another container or machine; end that use, or share one server by DATABASE_URL`,
  );
}

interface Use extends PreparedCluster {
  readonly folder: string;
  readonly presence: Presence;
  readonly server: Postmaster;
}

async function endUse(use: Use): Promise<void> {
  try {
    await withFolderLock(use.folder, { timeoutMs: LOCK_TIMEOUT_MS }, async () => {
      await use.presence.withdraw();
      await stopIfUnused(use.folder, use);
    });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    // The folder was removed while the server ran; no other process can share the server any more.
    await use.presence.withdraw();
    await stopPostmaster(use.server, use.binaries);
  }
}

async function stopIfUnused(folder: string, { cluster, binaries }: PreparedCluster): Promise<void> {
  if ((await presentProcesses(folder, 'user')).length > 0) return;
  const postmaster = await runningPostmaster(cluster);
  if (postmaster !== undefined) await stopPostmaster(postmaster, binaries);
}
