import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { EventStore, RecordedEvent } from '../event-store/event-store.js';
import { START, type Position } from '../event-store/position.js';
import { isDatabaseOutage } from './database-outage.js';
import { Unavailable } from '../platform/refusal.js';
import { checkpointOf } from './checkpoint.js';
import { deadLetterOf, putDeadLetter } from './dead-letter.js';
import { Lease } from './lease.js';
import { writePage } from './page-writer.js';
import type { Projection } from './projection.js';
import { ProjectionActs } from './skips.js';

/** Events folded in memory before a page is written. */
const PAGE = 1_000;
/** First and longest pause before a failed projection is tried again, in milliseconds. */
const RETRY = { first: 100, longest: 5_000 };
/** Attempts at a page before the event at fault is looked for, and pauses between them, in milliseconds. */
const ATTEMPTS = [0, 50, 250];
/** How often the checkpoint is looked at while another process moves it, in milliseconds. */
const LOOK_EVERY = 25;

export type ProjectorOptions = Readonly<{
  store: EventStore;
  database: DataSource;
  databaseUrl: string;
  projection: Projection;
  log: Logger;
}>;

/**
 * Follows the log for one projection: a page and its checkpoint are one transaction, so every event counts
 * exactly once whatever crashes. One process at a time does it, and another takes over. An event that cannot
 * be folded stops this projection, and only this one, until someone resumes it or skips the event.
 */
export class Projector {
  private readonly stopping = new AbortController();
  private readonly acts: ProjectionActs;
  private running: Promise<void> | null = null;
  private folded: Position = START;
  private failure: unknown = null;

  constructor(private readonly options: ProjectorOptions) {
    this.acts = new ProjectionActs(options.store);
  }

  /** Follows the log until stopped; while the database or the log are out, it waits for them. */
  start(): void {
    this.running ??= this.run();
  }

  /** Ends at the next page's end, and lets another process take over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** What went wrong last, null once a page was written since. */
  get lastError(): string | null {
    if (this.failure === null) return null;
    return this.failure instanceof Error ? this.failure.message : 'unknown';
  }

  /**
   * Waits until the projection holds a position of the log, whichever process projects.
   * @param timeout in milliseconds.
   * @throws Unavailable `projection-behind` when it does not in time, `projection-stopped` when an event stopped it.
   */
  async waitFor(target: Position, timeout: number): Promise<void> {
    const { database, projection } = this.options;
    const giveUp = performance.now() + timeout;
    for (let looks = 0; this.folded < target; looks += 1) {
      const stored = await checkpointOf(projection.name, database);
      if (stored >= target) return;
      if (looks % 20 === 19) await this.refuseWhenStopped();
      if (performance.now() > giveUp || this.isStopping()) {
        const why = this.lastError === null ? '' : `: ${this.lastError}`;
        throw new Unavailable(
          'projection-behind',
          `${projection.name} is at ${stored}, not yet at ${target}${why}`,
        );
      }
      await pause(LOOK_EVERY);
    }
  }

  private async refuseWhenStopped(): Promise<void> {
    const { database, projection } = this.options;
    const stop = await deadLetterOf(projection.name, database);
    if (stop === null) return;
    throw new Unavailable(
      'projection-stopped',
      `${projection.name} is stopped by ${stop.stream}@${stop.revision} (${stop.error}); ` +
        `see upheld projections status`,
    );
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const { databaseUrl, projection, log } = this.options;
    let delay = RETRY.first;
    const progressed = () => {
      delay = RETRY.first;
    };
    while (!this.isStopping()) {
      let lease: Lease | null = null;
      try {
        lease = await Lease.acquire(databaseUrl, `projection ${projection.name}`, this.stopping.signal);
        if (lease !== null)
          await this.follow(AbortSignal.any([lease.lost, this.stopping.signal]), progressed);
      } catch (error) {
        this.failure = error;
        log.error({ err: error, projection: projection.name }, 'projection failed; trying again');
        await pause(delay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
        delay = Math.min(delay * 2, RETRY.longest);
      } finally {
        await lease?.release();
      }
    }
  }

  private async follow(signal: AbortSignal, progressed: () => void): Promise<void> {
    const { store, database, projection } = this.options;
    await this.untilResumed(signal);
    const skipped = new Set((await this.acts.skipsOf(projection.name)).map((skip) => skip.position));
    this.folded = await checkpointOf(projection.name, database);
    let page: RecordedEvent[] = [];
    const write = async () => {
      if (page.length > 0) await this.write(page, skipped);
      page = [];
      this.failure = null;
      progressed();
    };
    for await (const item of store.subscribe({ after: this.folded, signal })) {
      if (item !== 'caught-up') page.push(item);
      if (item === 'caught-up' || page.length >= PAGE) await write();
    }
  }

  private async untilResumed(signal: AbortSignal): Promise<void> {
    const { database, projection } = this.options;
    while (!signal.aborted && (await deadLetterOf(projection.name, database)) !== null) {
      await pause(RETRY.first, undefined, { signal }).catch(() => undefined);
    }
  }

  private async write(page: readonly RecordedEvent[], skipped: ReadonlySet<Position>): Promise<void> {
    let failure: unknown;
    for (const wait of ATTEMPTS) {
      await pause(wait);
      try {
        this.folded = await this.tryWrite(page, skipped);
        return;
      } catch (error) {
        if (isDatabaseOutage(error)) throw error;
        failure = error;
      }
    }
    await this.stopAtPoison(page, skipped, failure);
  }

  /** Writes what can be written of the page, and stops at the event that cannot. */
  private async stopAtPoison(
    page: readonly RecordedEvent[],
    skipped: ReadonlySet<Position>,
    failure: unknown,
  ): Promise<void> {
    const { database, projection, log } = this.options;
    for (const event of page) {
      try {
        this.folded = await this.tryWrite([event], skipped);
      } catch (error) {
        if (isDatabaseOutage(error)) throw error;
        await putDeadLetter(projection.name, event, { error, attempts: ATTEMPTS.length + 1 }, database);
        log.fatal({ err: error, projection: projection.name, event: event.id }, 'projection stopped');
        throw error;
      }
    }
    // Each event alone was folded, so the fault passed; what had failed is still told.
    log.error({ err: failure, projection: projection.name }, 'a page was written event by event');
  }

  private tryWrite(page: readonly RecordedEvent[], skipped: ReadonlySet<Position>): Promise<Position> {
    const { database, projection } = this.options;
    return writePage(database, projection, page, { skipped });
  }
}
