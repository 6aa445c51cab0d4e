import { Client } from 'pg';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { readRegister } from '../../src/authorities/shipped-register.js';
import type { CaseHistory } from '../../src/complaints/import/case-history.js';
import { loadCases } from '../../src/complaints/import/case-loader.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { benchCases, EVENTS_PER_CASE, take } from './bench-cases.js';
import { timed } from './samples.js';

const ACTOR = { id: 'bench', role: 'system' };
/** Cases held in memory at a time while the log is filled. */
const FILL = 20_000;

/** A log of synthetic cases that grows by import. */
export class BenchLog {
  /** Events of cases in it. */
  events = 0;

  private constructor(
    readonly url: string,
    readonly store: PostgresEventStore,
    /** A connection to its database. */
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

  /** Imports the next cases, which are in memory before the time begins; answers events and milliseconds. */
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

  /** Imports until the log has so many events of cases. */
  async fillTo(events: number, signal: AbortSignal): Promise<void> {
    while (this.events < events) {
      signal.throwIfAborted();
      await this.grow(Math.min(FILL, Math.ceil((events - this.events) / EVENTS_PER_CASE)));
    }
  }

  /** Position of the last event, as text. */
  async head(): Promise<string> {
    return String(await this.store.head());
  }
}
