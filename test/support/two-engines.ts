import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { StatisticsOfYear } from '../../src/statistics/api/statistics.queries.js';
import type { YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { upheldCommand, type CommandOutput } from './command-line.js';
import { FakeEventStoreDb } from './fake-eventstoredb/fake-eventstoredb.js';
import { runUpheld, type RunningUpheld } from './running-upheld.js';
import { freshPrefix, LONGEST_CONFIGURED } from './stream-prefix.js';

/** The application on one engine. `command` runs `upheld` beside it, configured by the environment. */
export type Engine = RunningUpheld & Readonly<{ command: (...args: string[]) => Promise<CommandOutput> }>;

/** Two applications: one with its log in PostgreSQL, one with its log in EventStoreDB. */
export class TwoEngines {
  private constructor(
    readonly eventStoreUrl: string,
    /** The beginning of the streams' names in EventStoreDB. */
    readonly streamPrefix: string,
    private readonly engines: readonly [Engine, Engine],
    private readonly fake: FakeEventStoreDb | undefined,
  ) {}

  /** @param url of a real EventStoreDB; starts the fake without one. */
  static async open(url?: string): Promise<TwoEngines> {
    const fake = url === undefined ? await FakeEventStoreDb.start() : undefined;
    const eventStoreUrl = url ?? fake?.url ?? '';
    // The command line reads it from the environment.
    const streamPrefix = freshPrefix(LONGEST_CONFIGURED);
    const engines = [await openWith({}), await openWith({ eventStoreUrl, streamPrefix })] as const;
    return new TwoEngines(eventStoreUrl, streamPrefix, engines, fake);
  }

  /** The result of the same work on each engine. */
  both<Result>(work: (engine: Engine) => Promise<Result>): Promise<[Result, Result]> {
    const [one, other] = this.engines;
    return Promise.all([work(one), work(other)]);
  }

  async close(): Promise<void> {
    for (const engine of this.engines) await engine.close();
    await this.fake?.stop();
  }
}

async function openWith(log: Readonly<{ eventStoreUrl?: string; streamPrefix?: string }>): Promise<Engine> {
  const running = await runUpheld(log);
  const environment = {
    DATABASE_URL: running.upheld.databaseUrl,
    EVENTSTORE_URL: log.eventStoreUrl,
    UPHELD_STREAM_PREFIX: log.streamPrefix,
  };
  return { ...running, command: (...args) => upheldCommand(args, environment) };
}

/** The statistics of all councils in a year. */
export const statisticsOf = ({ queries }: RunningUpheld, year: string): Promise<YearStatistics> =>
  queries.execute(new StatisticsOfYear(reportingYear(year)));

/** Statistics without the position, the one field in which engines may differ. */
export const withoutPosition = (statistics: YearStatistics): string =>
  JSON.stringify(statistics).replaceAll(`"${statistics.basis.position}"`, '"POSITION"');
