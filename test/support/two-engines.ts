import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { StatisticsOfYear } from '../../src/statistics/api/statistics.queries.js';
import type { YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { upheldCommand, type CommandOutput } from './command-line.js';
import { FakeEventStoreDb } from './fake-eventstoredb/fake-eventstoredb.js';
import { runUpheld, type RunningUpheld } from './running-upheld.js';
import { freshPrefix, LONGEST_CONFIGURED } from './stream-prefix.js';

/** The servers of EventStoreDB that tests of both engines run on; the fake has no address before it is started. */
export const SERVERS: [name: string, url: string | undefined][] = [['the fake', undefined]];
if (process.env['TEST_EVENTSTORE_URL'] !== undefined) {
  SERVERS.push(['a real server', process.env['TEST_EVENTSTORE_URL']]);
}

/** The application on one engine; `command` runs `upheld` beside it, as the environment says. */
export type Engine = RunningUpheld & Readonly<{ command: (...args: string[]) => Promise<CommandOutput> }>;

/** The application with its log in PostgreSQL, and once more with its log in EventStoreDB. */
export class TwoEngines {
  private constructor(
    readonly eventStoreUrl: string,
    /** What the streams in EventStoreDB begin with. */
    readonly streamPrefix: string,
    private readonly engines: readonly [Engine, Engine],
    private readonly fake: FakeEventStoreDb | undefined,
  ) {}

  /** @param url of a server of EventStoreDB; a fake one without. */
  static async open(url?: string): Promise<TwoEngines> {
    const fake = url === undefined ? await FakeEventStoreDb.start() : undefined;
    const eventStoreUrl = url ?? fake?.url ?? '';
    // The command line takes it from its environment.
    const streamPrefix = freshPrefix(LONGEST_CONFIGURED);
    const engines = [await opened({}), await opened({ eventStoreUrl, streamPrefix })] as const;
    return new TwoEngines(eventStoreUrl, streamPrefix, engines, fake);
  }

  /** Each engine's answer to the same question. */
  both<Answer>(ask: (engine: Engine) => Promise<Answer>): Promise<[Answer, Answer]> {
    const [one, other] = this.engines;
    return Promise.all([ask(one), ask(other)]);
  }

  async close(): Promise<void> {
    for (const engine of this.engines) await engine.close();
    await this.fake?.stop();
  }
}

async function opened(log: Readonly<{ eventStoreUrl?: string; streamPrefix?: string }>): Promise<Engine> {
  const running = await runUpheld(log);
  const environment = {
    DATABASE_URL: running.upheld.databaseUrl,
    EVENTSTORE_URL: log.eventStoreUrl,
    UPHELD_STREAM_PREFIX: log.streamPrefix,
  };
  return { ...running, command: (...args) => upheldCommand(args, environment) };
}

/** What is shown for all councils in a year. */
export const statisticsOf = ({ queries }: RunningUpheld, year: string): Promise<YearStatistics> =>
  queries.execute(new StatisticsOfYear(reportingYear(year)));

/** Statistics without the one thing in which engines may differ. */
export const withoutPosition = (statistics: YearStatistics): string =>
  JSON.stringify(statistics).replaceAll(`"${statistics.basis.position}"`, '"POSITION"');
