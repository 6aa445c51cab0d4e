import { Client } from 'pg';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { readRegister } from '../../src/authorities/shipped-register.js';
import type { CaseHistory } from '../../src/complaints/import/case-history.js';
import { loadCases } from '../../src/complaints/import/case-loader.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { benchCases, EVENTS_PER_CASE, take } from './bench-cases.js';
import { timed } from './samples.js';

const ACTOR = { id: 'bench', role: 'system' };
/** Cases that are in memory at the same time while the log is filled. */
const CASES_AT_ONCE = 20_000;

/** A log into which synthetic cases are imported. */
export class BenchLog {
  /** Events of cases in the log, without those of the register. */
  events = 0;

  private constructor(
    readonly url: string,
    readonly store: PostgresEventStore,
    /** A connection to the database of the log. */
    readonly client: Client,
    private readonly cases: Iterator<CaseHistory>,
  ) {}

  static async open(url: string): Promise<BenchLog> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const store = new PostgresEventStore({ connectionString: url });
    return new BenchLog(url, store, client, benchCases(await readRegister()));
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.client.end();
  }

  /** Imports the next cases. Returns the number of events and the milliseconds, without generating the cases. */
  async grow(cases: number): Promise<{ events: number; ms: number }> {
    const caseFiles = take(cases, this.cases);
    let events = 0;
    const ms = await timed(async () => {
      const { store } = this;
      const register = new AuthorityRegister(store);
      const counts = await loadCases(caseFiles, { store, register, clock: () => new Date(), actor: ACTOR });
      if (counts.cases.added !== cases) throw new Error('not all cases were imported');
      ({ events } = counts);
    });
    this.events += events;
    return { events, ms };
  }

  /** Imports cases until the log has at least `events` events of cases. */
  async fillTo(events: number, signal: AbortSignal): Promise<void> {
    while (this.events < events) {
      signal.throwIfAborted();
      await this.grow(Math.min(CASES_AT_ONCE, Math.ceil((events - this.events) / EVENTS_PER_CASE)));
    }
  }

  /** Position of the last event, as text. */
  async head(): Promise<string> {
    return String(await this.store.head());
  }
}
