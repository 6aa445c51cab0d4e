import { setTimeout as pause } from 'node:timers/promises';
import { isLiving } from '../../src/platform/embedded-postgres/living-process.js';
import { urlOf } from '../../src/platform/embedded-postgres/connection.js';
import {
  prepareCluster,
  type PreparedCluster,
} from '../../src/platform/embedded-postgres/prepared-cluster.js';
import { ServerLog } from '../../src/platform/embedded-postgres/server-log.js';
import {
  freePort,
  startServer,
  type ReadyPostmaster,
} from '../../src/platform/embedded-postgres/server-start.js';
import { openStateFolder, type StateFolder } from '../../src/platform/embedded-postgres/state-folder.js';

/** How to stop a server: a fast shutdown (SIGINT), an immediate one (SIGQUIT), or SIGKILL. */
export type Stop = 'fast' | 'immediate' | 'kill';

const SIGNAL = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;
const STOP_TIMEOUT_MS = 30_000;

/** A PostgreSQL like an operator's own, which a test can stop and start again on the same port. */
export class StoppablePostgres {
  private server: ReadyPostmaster | undefined;

  private constructor(
    private readonly state: StateFolder,
    private readonly prepared: PreparedCluster,
    private readonly port: number,
  ) {}

  static async start(folders: { dataFolder: string; systemFolder: string }): Promise<StoppablePostgres> {
    const state = await openStateFolder(folders.dataFolder);
    const { systemFolder } = folders;
    const prepared = await prepareCluster(state, {
      durable: true,
      superuser: false,
      systemFolder,
      signal: undefined,
    });
    const postgres = new StoppablePostgres(state, prepared, await freePort());
    await postgres.start();
    return postgres;
  }

  get url(): string {
    return urlOf(this.port, this.prepared.password);
  }

  async start(): Promise<void> {
    this.server = await startServer({
      ...this.prepared,
      log: new ServerLog(this.state.path),
      settings: {},
      signal: undefined,
      choosePort: () => Promise.resolve(this.port),
    });
  }

  /** Stops it and waits until its process has ended; does nothing if it is not running. */
  async stop(how: Stop = 'fast'): Promise<void> {
    if (this.server === undefined) return;
    const { pid, start } = this.server;
    this.server = undefined;
    if (!(await isLiving(pid, start))) return;
    process.kill(pid, SIGNAL[how]);
    const deadline = performance.now() + STOP_TIMEOUT_MS;
    while (await isLiving(pid, start)) {
      if (performance.now() > deadline) throw new Error('PostgreSQL did not stop');
      await pause(20);
    }
  }
}
