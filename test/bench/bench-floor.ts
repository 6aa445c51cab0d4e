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

/** How much is measured. */
export type Scale = Readonly<{
  /** Cases imported in one round: a year's, at least. */
  importCases: number;
  importRounds: number;
  /** Events of the log that read models are rebuilt from. */
  rebuildEvents: number;
  rebuildRounds: number;
}>;

export const SCALES = {
  short: { importCases: 14_000, importRounds: 4, rebuildEvents: 60_000, rebuildRounds: 2 },
  '2m': { importCases: 20_000, importRounds: 9, rebuildEvents: 2_000_000, rebuildRounds: 1 },
} satisfies Record<string, Scale>;

/** One row of the benchmark, by the name that `--only` takes; it may come to several figures. */
export type Row = Readonly<{ name: string; measure(floor: BenchFloor): Promise<readonly Figure[]> }>;

const TEMPLATE = 'bench_template';

/** What all rows stand on: a PostgreSQL of their own in a temporary folder, as durable as in earnest. */
export class BenchFloor {
  #databases = 0;
  #log: Promise<BenchLog> | undefined;
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(
    readonly scale: Scale,
    /** Aborted by Ctrl-C: a row ends at its next round. */
    readonly signal: AbortSignal,
    /** Where a row may write files. */
    readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async open(scale: Scale, signal: AbortSignal): Promise<BenchFloor> {
    const folder = await mkdtemp(join(tmpdir(), 'upheld-bench-'));
    try {
      // As root, so that the server's own user can pass.
      await chmod(folder, 0o711);
      const postgres = await openEmbeddedPostgres({
        dataFolder: join(folder, 'data'),
        systemFolder: join(folder, 'system'),
        signal,
      });
      const floor = new BenchFloor(scale, signal, folder, postgres);
      try {
        // Whatever the application makes of an empty database: tables, and the register in the log.
        await floor.onServer(`create database ${TEMPLATE}`);
        const upheld = await openOn(floor.urlOf(TEMPLATE));
        await upheld.caughtUp();
        await upheld.close();
        return floor;
      } catch (error) {
        await floor.close();
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

  /** A database as the application finds it at its first start, the register in its log. */
  async freshDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `bench_${this.#databases}`;
    await this.onServer(`create database ${name} template ${TEMPLATE}`);
    return this.urlOf(name);
  }

  /** Drops one that {@link freshDatabase} made. */
  async dropDatabase(url: string): Promise<void> {
    await this.onServer(`drop database ${new URL(url).pathname.slice(1)}`);
  }

  /** The application, opened on a fresh database; closed by whoever asks for it. */
  async freshUpheld(): Promise<Application> {
    return openOn(await this.freshDatabase());
  }

  /** The log that read models are rebuilt from; made when it is first asked for. */
  log(): Promise<BenchLog> {
    this.#log ??= this.#openLog();
    return this.#log;
  }

  /** Stops and removes all that was started. */
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
