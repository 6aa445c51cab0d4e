import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { clusterIn, existingHome } from '../../src/platform/embedded-postgres/cluster-home.js';
import {
  openEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/platform/embedded-postgres/embedded-postgres.js';
import {
  runningPostmaster,
  stopPostmaster,
  type Postmaster,
} from '../../src/platform/embedded-postgres/postmaster.js';
import { openStateFolder } from '../../src/platform/embedded-postgres/state-folder.js';
import { startChild, type DatabaseChild } from './embedded-postgres-child.start.js';

/** Copies a folder with owners and modes. */
export const copyFolder = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);

/** A temporary data folder for each test, and all that is opened in it; closed and removed after the test. */
export class TestDataFolder {
  /** What the data folder is in. */
  folder = '';
  /** Not there yet; a test may put it elsewhere in `folder`. */
  dataFolder = '';
  private undo: (() => Promise<unknown>)[] = [];

  async setUp(): Promise<void> {
    this.folder = await realpath(await mkdtemp(join(tmpdir(), 'upheld-embedded-')));
    // As root, so that the server's own user can pass.
    await chmod(this.folder, 0o711);
    this.dataFolder = join(this.folder, 'data');
  }

  /** @throws when a server was still running after everybody had closed. */
  async tearDown(): Promise<void> {
    for (const step of this.undo.splice(0).reverse()) await step();
    const left = await this.postmaster().catch(() => undefined);
    if (left !== undefined) await stopPostmaster(left, { pgCtl: 'pg_ctl' });
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
    if (left !== undefined) throw new Error('a server was left running');
  }

  /** To be done after the test, last first. */
  afterwards(step: () => Promise<unknown>): void {
    this.undo.push(step);
  }

  async open(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const database = await openEmbeddedPostgres({ ...this.options(), ...options });
    this.afterwards(() => database.close());
    return database;
  }

  /** Another process that opens it. */
  child(): DatabaseChild {
    const started = startChild(this.options());
    this.afterwards(() => started.kill('SIGKILL'));
    return started;
  }

  get cluster(): string {
    return join(this.dataFolder, 'postgres', 'cluster');
  }

  async postmaster(): Promise<Postmaster | undefined> {
    const home = await existingHome(await openStateFolder(this.dataFolder));
    return home === undefined ? undefined : runningPostmaster(clusterIn(home));
  }

  /** Ends the server as the system does that runs out of memory, or by another signal; answers its pid. */
  async killServer(signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
    const postmaster = await this.postmaster();
    if (postmaster === undefined) throw new Error('there is no server to kill');
    process.kill(postmaster.pid, signal);
    return postmaster.pid;
  }

  /** The names of what PostgreSQL has in the data folder. */
  async files(): Promise<string[]> {
    return (await readdir(join(this.dataFolder, 'postgres'))).sort();
  }

  /** Where root's server has what it cannot reach, say in a checkout that only root may enter. */
  get systemFolder(): string {
    return join(this.folder, 'system');
  }

  private options(): { dataFolder: string; systemFolder: string } {
    return { dataFolder: this.dataFolder, systemFolder: this.systemFolder };
  }
}

/** A data folder made once for a suite, since that takes longest; tests of what comes afterwards copy it. */
export class UsedDataFolder {
  private readonly place = new TestDataFolder();

  async setUp(): Promise<void> {
    await this.place.setUp();
    await (await this.place.open()).close();
  }

  async tearDown(): Promise<void> {
    await this.place.tearDown();
  }

  async copyTo(dataFolder: string): Promise<void> {
    await copyFolder(this.place.dataFolder, dataFolder);
  }
}

/** A data folder for each test of a file, a copy of the used one where it is to be `copied`. */
export function dataFolders({ copied = false } = {}) {
  const [place, used] = [new TestDataFolder(), new UsedDataFolder()];
  beforeAll(() => used.setUp());
  afterAll(() => used.tearDown());
  beforeEach(async () => {
    await place.setUp();
    if (copied) await used.copyTo(place.dataFolder);
  });
  afterEach(() => place.tearDown());
  return { place, used };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Asks for one row. */
export const queryRow = async (url: string, sql: string): Promise<unknown> => (await query(url, sql))[0];

/** Commits something, and asks for it: `upheld` if it is there. */
export const writeOne = (url: string): Promise<unknown> =>
  query(url, `CREATE TABLE decisions AS SELECT 'upheld' AS outcome`);
export const readBack = async (url: string): Promise<unknown> =>
  (await query(url, 'SELECT outcome FROM decisions')).map(({ outcome }) => outcome).join();
