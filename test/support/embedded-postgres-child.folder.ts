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

/** Copies a folder, keeping owners and modes. */
export const copyFolder = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);

/** A temporary data folder of a test. After the test, everything opened in it is closed, and it is removed. */
export class TestDataFolder {
  /** The folder that holds the data folder. */
  folder = '';
  /** Not created yet; a test may choose another path in `folder`. */
  dataFolder = '';
  private undo: (() => Promise<unknown>)[] = [];

  async setUp(): Promise<void> {
    this.folder = await realpath(await mkdtemp(join(tmpdir(), 'upheld-embedded-')));
    // For root: the server's user must be able to enter the folder.
    await chmod(this.folder, 0o711);
    this.dataFolder = join(this.folder, 'data');
  }

  /** @throws when a server is still running although all uses are closed. */
  async tearDown(): Promise<void> {
    for (const step of this.undo.splice(0).reverse()) await step();
    const left = await this.postmaster().catch(() => undefined);
    if (left !== undefined) await stopPostmaster(left, { pgCtl: 'pg_ctl' });
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
    if (left !== undefined) throw new Error('a server was left running');
  }

  /** Registers a clean-up step for the end of the test. The last one registered runs first. */
  afterwards(step: () => Promise<unknown>): void {
    this.undo.push(step);
  }

  async open(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const database = await openEmbeddedPostgres({ ...this.options(), ...options });
    this.afterwards(() => database.close());
    return database;
  }

  /** Opens it in another process. */
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

  /** Kills the server, by default as a system out of memory does. Returns its pid. */
  async killServer(signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
    const postmaster = await this.postmaster();
    if (postmaster === undefined) throw new Error('there is no server to kill');
    process.kill(postmaster.pid, signal);
    return postmaster.pid;
  }

  /** The names of the entries in PostgreSQL's part of the data folder. */
  async files(): Promise<string[]> {
    return (await readdir(join(this.dataFolder, 'postgres'))).sort();
  }

  /** For root: where files go that the server's user cannot reach, as in a checkout that only root may enter. */
  get systemFolder(): string {
    return join(this.folder, 'system');
  }

  private options(): { dataFolder: string; systemFolder: string } {
    return { dataFolder: this.dataFolder, systemFolder: this.systemFolder };
  }
}

/** A data folder with a cluster, made once for a suite because that takes longest; tests copy it. */
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

/** A data folder for each test of a file; with `copied`, a copy of one that has a cluster. */
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

/** The first row of a query. */
export const queryRow = async (url: string, sql: string): Promise<unknown> => (await query(url, sql))[0];

/** Commits a row. */
export const writeOne = (url: string): Promise<unknown> =>
  query(url, `CREATE TABLE decisions AS SELECT 'upheld' AS outcome`);
/** Reads the row of `writeOne`: `upheld` if it is there. */
export const readBack = async (url: string): Promise<unknown> =>
  (await query(url, 'SELECT outcome FROM decisions')).map(({ outcome }) => outcome).join();
