import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { EventStore, RecordedEvent } from '../event-store/event-store.js';
import { START, type Position } from '../event-store/position.js';
import { settleWithin } from '../platform/timeout.js';
import { singleFlight } from '../platform/health/single-flight.js';
import { Unavailable } from '../platform/errors.js';
import { checkpointOf, noteLastError } from './checkpoint.js';
import { isTransientFailure } from './transient-failure.js';
import { deadLetterOf, putDeadLetter, errorText } from './dead-letter.js';
import { AdvisoryLockLease } from '../platform/postgres/advisory-lock-lease.js';
import { recordLogIdentity, checkLogIdentity } from './log-identity-check.js';
import { writePage, type PageOptions } from './page-writer.js';
import { writeUntilPoison } from './poison-event.js';
import type { Projection } from './projection.js';
import { ProjectionAudit } from './projection-audit.js';

/** Events folded in memory before a page is written. */
const PAGE = 1_000;
/** First and longest pause before a failed projection is tried again, in milliseconds. */
const RETRY = { first: 100, longest: 5_000 };
/** How long the database may take to note what went wrong, in milliseconds. */
const NOTE_WITHIN = 2_000;
/** How often a stopped projection looks whether it may go on, in milliseconds. */
const ASK_EVERY = 250;
/** How often the checkpoint is looked at while another process moves it, in milliseconds. */
const LOOK_EVERY = 25;
/** Every so many looks it is asked whether the projection is stopped; the first time at once. */
const LOOKS = 20;

export type ProjectorOptions = Readonly<{
  store: EventStore;
  database: DataSource;
  databaseUrl: string;
  projection: Projection;
  log: Logger;
}>;

/** The name of the lease under which a projection is projected. */
export const projectorLease = (projection: string) => `projection ${projection}`;

/**
 * Follows the log for one projection: a page and its checkpoint are one transaction, so every event counts
 * exactly once whatever crashes. One process at a time does it, and another takes over. An event that cannot
 * be folded stops this projection, and only this one, until someone resumes it or skips the event.
 */
export class Projector {
  private readonly stopping = new AbortController();
  private readonly acts: ProjectionAudit;
  /** However many wait, the connections are there for the pages they wait for. */
  private readonly look: () => Promise<Position>;
  private running: Promise<void> | null = null;
  private folded: Position = START;
  private failure: string | null = null;
  /** Whether the tables are known to come from this log. */
  private ownLog = false;

  constructor(private readonly options: ProjectorOptions) {
    this.acts = new ProjectionAudit(options.store);
    this.look = singleFlight(() => checkpointOf(options.projection.name, options.database));
  }

  /** Follows the log until stopped; while the database or the log are out, it waits for them. */
  start(): void {
    if (!this.isStopping()) this.running ??= this.run();
  }

  /** Ends at the next page's end, and lets another process take over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** What went wrong last in this process, null once a page was written since. */
  get lastError(): string | null {
    return this.failure;
  }

  /**
   * Waits until the projection holds a position of the log, whichever process projects.
   * @param timeout in milliseconds.
   * @throws Unavailable `projection-behind` when it does not in time, `projection-stopped` when an event stopped it; OtherLog.
   */
  async waitFor(target: Position, timeout: number): Promise<void> {
    const giveUp = performance.now() + timeout;
    let seen: Position | null = null;
    for (let looks = 0; this.folded < target; looks += 1) {
      seen = (await this.checkpointNear(target, looks % LOOKS === 0)) ?? seen;
      if (seen !== null && seen >= target) return;
      if (performance.now() > giveUp || this.isStopping()) {
        const why = this.failure === null ? '' : ` (${this.failure})`;
        const at = seen === null ? 'cannot tell where it is' : `is at ${seen}`;
        const { name } = this.options.projection;
        throw new Unavailable('projection-behind', `${name} ${at}, not yet at ${target}${why}`);
      }
      await pause(LOOK_EVERY);
    }
  }

  /** Null while the database does not answer: nobody knows, and the wait goes on. */
  private async checkpointNear(target: Position, askWhetherStopped: boolean): Promise<Position | null> {
    const { store, database, projection } = this.options;
    try {
      if (!this.ownLog) await checkLogIdentity(projection.name, store, database);
      this.ownLog = true;
      const checkpoint = await this.look();
      if (checkpoint >= target || !askWhetherStopped) return checkpoint;
      const stop = await deadLetterOf(projection.name, database);
      if (stop === null) return checkpoint;
      throw new Stopped(
        `${projection.name} is stopped by ${stop.stream}@${stop.revision} (${stop.error}); ` +
          `see upheld projections status`,
      );
    } catch (error) {
      if (!isTransientFailure(error)) throw error;
      return null;
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const { databaseUrl, projection } = this.options;
    let delay = RETRY.first;
    const progressed = () => {
      delay = RETRY.first;
    };
    while (!this.isStopping()) {
      let lease: AdvisoryLockLease | null = null;
      try {
        lease = await AdvisoryLockLease.acquire(
          databaseUrl,
          projectorLease(projection.name),
          this.stopping.signal,
        );
        if (lease === null) return;
        await this.project(AbortSignal.any([lease.lost, this.stopping.signal]), progressed);
      } catch (error) {
        if (this.isStopping()) return;
        await this.failed(error, lease);
        await pause(delay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
        delay = Math.min(delay * 2, RETRY.longest);
      } finally {
        await lease?.release();
      }
    }
  }

  /** Projects for as long as the lease lasts, with a rest at every stop. */
  private async project(signal: AbortSignal, progressed: () => void): Promise<void> {
    const ended = () => signal.aborted;
    while (!ended()) {
      await this.untilResumed(signal);
      if (!ended()) await this.follow(signal, progressed);
    }
  }

  /** Follows the log until the signal aborts or an event stops the projection. */
  private async follow(signal: AbortSignal, progressed: () => void): Promise<void> {
    const { store, database, projection } = this.options;
    await checkLogIdentity(projection.name, store, database);
    await recordLogIdentity(projection.name, store, database);
    const log = await store.identity();
    const skipped = new Set((await this.acts.skipsOf(projection.name)).map((skip) => skip.position));
    const after = await checkpointOf(projection.name, database);
    this.folded = after;
    let page: RecordedEvent[] = [];
    let sound = false;
    for await (const item of store.subscribe({ after, signal })) {
      if (item !== 'caught-up') page.push(item);
      if (item !== 'caught-up' && page.length < PAGE) continue;
      if (page.length > 0 && (await this.write(page, { skipped, log })) === 'stopped') return;
      page = [];
      // A page has said so in its checkpoint; at the head of the log there may be none to write.
      if (!sound || this.failure !== null) await this.recovered();
      sound = true;
      progressed();
    }
  }

  private async untilResumed(signal: AbortSignal): Promise<void> {
    const { database, projection } = this.options;
    while (!signal.aborted && (await deadLetterOf(projection.name, database)) !== null) {
      await pause(ASK_EVERY, undefined, { signal }).catch(() => undefined);
    }
  }

  private async write(page: readonly RecordedEvent[], options: PageOptions): Promise<'written' | 'stopped'> {
    const { database, projection, log } = this.options;
    const poison = await writeUntilPoison(page, async (events) => {
      this.folded = await writePage(database, projection, events, options);
    });
    if (poison === null) return 'written';
    // Nothing to stop for when another process is past the event; then this one goes on from there.
    if (await putDeadLetter(projection.name, poison, database)) {
      const { stream, revision, type } = poison.event;
      this.failure = errorText(poison.error);
      const event = { stream, revision, type };
      log.fatal({ err: poison.error, projection: projection.name, event }, 'projection stopped by an event');
    }
    return 'stopped';
  }

  private async failed(error: unknown, lease: AdvisoryLockLease | null): Promise<void> {
    const { database, projection, log } = this.options;
    const known = this.failure === errorText(error);
    this.failure = errorText(error);
    // The tables may be of another log by now, or rebuilt from less of this one: who waits looks for themselves.
    [this.folded, this.ownLog] = [START, false];
    // An outage is tried against every few seconds, and may last for days: it is told once.
    const details = { err: error, projection: projection.name };
    log[known ? 'debug' : 'error'](details, 'projection failed; trying again');
    // When the database is out, others see that for themselves; and without the lease it is theirs to tell.
    if (lease === null || lease.lost.aborted) return;
    // Trying goes on whether it could be noted or not.
    await settleWithin(NOTE_WITHIN, noteLastError(projection.name, this.failure, database));
  }

  /** What went wrong, here or in the process before this one, is over. */
  private async recovered(): Promise<void> {
    await noteLastError(this.options.projection.name, null, this.options.database);
    this.failure = null;
  }
}

class Stopped extends Unavailable {
  override get isTransient(): boolean {
    return false;
  }

  constructor(message: string) {
    super('projection-stopped', message);
  }
}
