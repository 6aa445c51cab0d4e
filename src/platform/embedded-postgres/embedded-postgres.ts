import { Unavailable, UpheldError } from '../errors.js';
import { awaitAnswer, urlOf } from './connection.js';
import { underLock } from './folder-lock.js';
import { runningPostmaster, stopPostmaster, type Postmaster } from './postmaster.js';
import { prepareCluster, type PreparedCluster } from './prepared-cluster.js';
import { announce, SILENT_AFTER, whoIsPresent, type Presence } from './presence.js';
import { ServerKeeper } from './server-keeper.js';
import { ServerLog } from './server-log.js';
import { joinable, startAgain, startForAll } from './running-server.js';
import type { ServerStart } from './server-start.js';
import { openStateFolder } from './state-folder.js';
import { systemCode } from './system-error.js';
import { pollUntil } from '../poll-until.js';

/** Which PostgreSQL to open, and how. */
export interface EmbeddedPostgresOptions {
  /** Made if it is missing. */
  readonly dataFolder: string;
  /** Given a line on what a person should know: where programs or data are, or what is waited for. */
  readonly notice?: (line: string) => void;
  /** Told, once, that the server ended by itself and could not be started again; it is still to be closed. */
  readonly onLost?: (error: Unavailable) => void;
  /** Gives up the opening; it does nothing to a server that is open. */
  readonly signal?: AbortSignal;
  /**
   * Run by root, PostgreSQL is another user's, who must reach its programs and data: where they go if they
   * cannot stay where they are. Default: `/var/lib/upheld`.
   */
  readonly systemFolder?: string;
  /** Never outside of tests. */
  readonly forTests?: EmbeddedServerTestHooks;
}

/** A server for tests, whose data nobody will miss. */
export interface EmbeddedServerTestHooks {
  /** Given to the server itself; `fsync: 'off'` risks the data for speed. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes the role of a new database a superuser, so that tests can try what only such a one could do. */
  readonly superuser?: boolean;
}

/** One use of the PostgreSQL of a data folder. */
export interface EmbeddedPostgres {
  /** `postgres://role:password@127.0.0.1:port/upheld`; the role may create databases, and is no superuser. */
  readonly url: string;
  /** The server was running already. */
  readonly joined: boolean;
  /**
   * Ends this use, and stops the server if no other is left; resolves when it is gone. Close connections
   * first: those left open are cut. A second call does nothing more.
   * @throws Unavailable `embedded-postgres-stop-failed`
   */
  close(): Promise<void>;
}

/** Longer than a start and a stop together may take. */
const LOCK_AT_MOST = 300_000;

/**
 * Starts, or joins, the PostgreSQL of a data folder. Any number of processes may use one data folder, and
 * one process may open it several times: none owns the server, each use is a file in the folder, and whoever
 * ends the last living use stops it. What a killed process leaves running is joined by the next. A server that
 * ends by itself while it is used is started again on its port by whoever notices first.
 * @throws Unavailable with a code `embedded-postgres-…`, always with a way out
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { path } = await openStateFolder(options.dataFolder);
  try {
    return await underLock(path, { timeoutMs: LOCK_AT_MOST, signal: options.signal }, () =>
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
  await awaitSilenceElsewhere(state.path, options);
  const presence = await announce(state.path, 'user');
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
    const running = await joinable(made.cluster, signal);
    const start: ServerStart = { ...made, log, settings, signal };
    const server = running ?? (await startForAll(start, state.path, presence));
    if (running === undefined && made.notice !== undefined) options.notice?.(made.notice);
    const url = urlOf(server.port, made.password);
    await awaitAnswer(url, signal);
    const endBounds = log.keepBounded();
    const keeper = new ServerKeeper(server, {
      startAgain: (ending) =>
        // A start that has begun is seen through, also by one who goes: others may use the server already.
        underLock(state.path, { timeoutMs: LOCK_AT_MOST, signal: ending }, () =>
          startAgain({ ...start, signal: undefined }, server.port),
        ),
      notice: (line) => options.notice?.(line),
      onLost: (error) => options.onLost?.(error),
    });
    const close = async () => {
      endBounds();
      await keeper.end();
      await endUse({ folder: state.path, presence, server: keeper.server, ...made });
    };
    let closing: Promise<void> | undefined;
    return { url, joined: running !== undefined, close: () => (closing ??= close()) };
  } catch (error) {
    await presence.withdraw();
    if (prepared !== undefined) await stopIfUnused(state.path, prepared);
    throw error;
  }
}

/** A use from a container or machine whose processes cannot be seen here, nor its server be reached. */
async function awaitSilenceElsewhere(
  folder: string,
  { notice, signal }: EmbeddedPostgresOptions,
): Promise<void> {
  const silence = async (): Promise<true | undefined> =>
    (await whoIsPresent(folder, 'user')).some(({ elsewhere }) => elsewhere) ? undefined : true;
  if ((await silence()) === true) return;
  notice?.(`the database in ${folder} may be in use from another container or machine: waiting to see`);
  if ((await pollUntil(silence, { timeoutMs: SILENT_AFTER + 2_000, signal })) === true) return;
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
    await underLock(use.folder, { timeoutMs: LOCK_AT_MOST }, async () => {
      await use.presence.withdraw();
      await stopIfUnused(use.folder, use);
    });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    // Somebody removed the folder under the server; there is nothing left to share.
    await use.presence.withdraw();
    await stopPostmaster(use.server, use.binaries);
  }
}

async function stopIfUnused(folder: string, { cluster, binaries }: PreparedCluster): Promise<void> {
  if ((await whoIsPresent(folder, 'user')).length > 0) return;
  const postmaster = await runningPostmaster(cluster);
  if (postmaster !== undefined) await stopPostmaster(postmaster, binaries);
}
