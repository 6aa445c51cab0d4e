import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readConfiguration } from '../../src/platform/configuration.js';
import {
  openEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/platform/embedded-postgres/embedded-postgres.js';
import { openApplication, type Application } from '../../src/application.js';
import { BenchLog } from './bench-log.js';
import type { Figure } from './figure.js';

/** The size of a run. */
export type Scale = Readonly<{
  /** Cases imported in one round: at least those of one year. */
  importCases: number;
  importRounds: number;
  /** Events in the log from which the read models are rebuilt. */
  rebuildEvents: number;
  rebuildRounds: number;
}>;

export const SCALES = {
  short: { importCases: 14_000, importRounds: 4, rebuildEvents: 60_000, rebuildRounds: 2 },
  '2m': { importCases: 20_000, importRounds: 9, rebuildEvents: 2_000_000, rebuildRounds: 1 },
} satisfies Record<string, Scale>;

/** One row of the benchmark; `--only` selects it by its name. It yields one or several figures. */
export type Row = Readonly<{ name: string; measure(bench: BenchEnvironment): Promise<readonly Figure[]> }>;

const TEMPLATE = 'bench_template';

/**
 * Where all rows run: a PostgreSQL server of the benchmark in a temporary folder, with the same durability settings
 * as in production.
 */
export class BenchEnvironment {
  #databases = 0;
  #log: Promise<BenchLog> | undefined;
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(
    readonly scale: Scale,
    /** Aborted by Ctrl-C: the row under way ends before its next round. */
    readonly signal: AbortSignal,
    /** Where a row may write files. */
    readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async open(scale: Scale, signal: AbortSignal): Promise<BenchEnvironment> {
    const folder = await mkdtemp(join(tmpdir(), 'upheld-bench-'));
    try {
      // For root: PostgreSQL runs as another user, who must be able to enter the folder.
      await chmod(folder, 0o711);
      const postgres = await openEmbeddedPostgres({
        dataFolder: join(folder, 'data'),
        systemFolder: join(folder, 'system'),
        signal,
      });
      const bench = new BenchEnvironment(scale, signal, folder, postgres);
      try {
        // The application creates its tables and loads the register into the log.
        await bench.onServer(`create database ${TEMPLATE}`);
        const upheld = await openOn(bench.urlOf(TEMPLATE));
        await upheld.caughtUp();
        await upheld.close();
        return bench;
      } catch (error) {
        await bench.close();
        throw error;
      }
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get serverUrl(): string {
    return this.postgres.url;
  }

  /** Creates a database with the tables of the application and the register in its log. Returns its URL. */
  async freshDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `bench_${this.#databases}`;
    await this.onServer(`create database ${name} template ${TEMPLATE}`);
    return this.urlOf(name);
  }

  /** Drops a database that {@link freshDatabase} created. */
  async dropDatabase(url: string): Promise<void> {
    await this.onServer(`drop database ${new URL(url).pathname.slice(1)}`);
  }

  /** Opens the application on a new database. The caller closes it. */
  async freshUpheld(): Promise<Application> {
    return openOn(await this.freshDatabase());
  }

  /** The log from which the read models are rebuilt; created at the first call. */
  log(): Promise<BenchLog> {
    this.#log ??= this.#openLog();
    return this.#log;
  }

  /** Stops the server and removes all files. */
  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
    await this.postgres.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #openLog(): Promise<BenchLog> {
    const log = await BenchLog.open(await this.freshDatabase());
    this.#closing.push(() => log.close());
    return log;
  }

  private urlOf(database: string): string {
    const url = new URL(this.postgres.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  private async onServer(statement: string): Promise<void> {
    const client = new Client({ connectionString: this.postgres.url });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
}

function openOn(databaseUrl: string): Promise<Application> {
  return openApplication({
    configuration: readConfiguration({
      DATABASE_URL: databaseUrl,
      UPHELD_LOG_LEVEL: 'silent',
      UPHELD_PORT: '0',
    }),
    notice: () => undefined,
  });
}
