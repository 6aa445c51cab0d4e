import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { EventStore, RecordedEvent } from '../event-store/event-store.js';
import { AdvisoryLockLease } from '../platform/postgres/advisory-lock-lease.js';
import { Backoff } from '../platform/retry-policy.js';
import { settleWithin } from '../platform/timeout.js';
import { checkpointOf, noteLastError } from './checkpoint.js';
import { kindOf, type Consumer } from './consumer.js';
import { deadLetterOf, errorText, putDeadLetter } from './dead-letter.js';
import { checkLogIdentity, recordLogIdentity } from './log-identity-check.js';
import type { PageOptions } from './page-writer.js';
import type { PoisonEvent } from './poison-event.js';
import { ProjectionAudit } from './projection-audit.js';

/** Events in a page that the handler receives. */
const PAGE_EVENTS = 1_000;
/** A processor that failed tries again for ever. */
const RETRY_POLICY = { firstMs: 100, longestMs: 5_000 };
/** How long the database may take to note the last error, in milliseconds. */
const NOTE_TIMEOUT_MS = 2_000;
/** How often a stopped processor looks whether it was resumed, in milliseconds. */
const RESUME_POLL_MS = 250;

/** What is done with the events: the part in which projections and reactors differ. */
export interface PageHandler {
  readonly consumer: Consumer;

  /**
   * Runs under the lease before the log is followed.
   * @returns `stopped` where an event stopped it, with a dead letter.
   */
  prepare?(signal: AbortSignal): Promise<'ready' | 'stopped'>;

  /**
   * Handles a page and moves the checkpoint over what it handled.
   * @returns the first event that it cannot handle; null when it handled all.
   */
  handle(page: readonly RecordedEvent[], options: PageOptions): Promise<PoisonEvent | null>;
}

export type ProcessorOptions = Readonly<{
  store: EventStore;
  database: DataSource;
  databaseUrl: string;
  handler: PageHandler;
  log: Logger;
}>;

/** The name of the lease under which a projection or a reactor follows the log. */
export const processorLease = (name: string) => `projection ${name}`;

/**
 * Follows the log for one projection or reactor. One process at a time does, under a lease; when it ends, another takes
 * over. An event that cannot be handled stops this processor and no other, until an operator resumes it or skips the
 * event.
 */
export class Processor {
  private readonly stopping = new AbortController();
  private readonly audit: ProjectionAudit;
  private readonly consumer: Consumer;
  private running: Promise<void> | null = null;
  private failure: string | null = null;

  constructor(private readonly options: ProcessorOptions) {
    this.audit = new ProjectionAudit(options.store);
    this.consumer = options.handler.consumer;
  }

  /** Follows the log until stopped. It waits out failures of the database and of the log. */
  start(): void {
    if (!this.isStopping()) this.running ??= this.run();
  }

  /** Ends after the page under way, and lets another process take over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** What went wrong last in this process; null once a page was written since. */
  get lastError(): string | null {
    return this.failure;
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const lease = processorLease(this.consumer.name);
    const backoff = new Backoff(RETRY_POLICY);
    const onProgress = () => {
      backoff.reset();
    };
    while (!this.isStopping()) {
      let held: AdvisoryLockLease | null = null;
      try {
        held = await AdvisoryLockLease.acquire(this.options.databaseUrl, lease, this.stopping.signal);
        if (held === null) return;
        await this.process(AbortSignal.any([held.lost, this.stopping.signal]), onProgress);
      } catch (error) {
        if (this.isStopping()) return;
        await this.failed(error, held);
        await backoff.wait(this.stopping.signal);
      } finally {
        await held?.release();
      }
    }
  }

  /** Follows the log for as long as the lease lasts, and rests while it is stopped by an event. */
  private async process(signal: AbortSignal, onProgress: () => void): Promise<void> {
    const ended = () => signal.aborted;
    while (!ended()) {
      const prepared = (await this.options.handler.prepare?.(signal)) ?? 'ready';
      await this.untilResumed(signal);
      if (prepared === 'ready' && !ended()) await this.follow(signal, onProgress);
    }
  }

  /** Follows the log until the signal aborts or an event stops the processor. */
  private async follow(signal: AbortSignal, onProgress: () => void): Promise<void> {
    const { store, database } = this.options;
    const { name } = this.consumer;
    await checkLogIdentity(this.consumer, store, database);
    await recordLogIdentity(name, store, database);
    const log = await store.identity();
    const skipped = new Set((await this.audit.skipsOf(name)).map((skip) => skip.position));
    const after = await checkpointOf(name, database);
    let page: RecordedEvent[] = [];
    let isSound = false;
    for await (const item of store.subscribe({ after, signal })) {
      if (item !== 'caught-up') page.push(item);
      if (item !== 'caught-up' && page.length < PAGE_EVENTS) continue;
      if (page.length > 0 && (await this.handle(page, { skipped, log })) === 'stopped') return;
      page = [];
      // Each page clears the last error with its checkpoint; at the head of the log there may be no page to write.
      if (!isSound || this.failure !== null) await this.clearLastError();
      isSound = true;
      onProgress();
    }
  }

  private async untilResumed(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await deadLetterOf(this.consumer.name, this.options.database)) !== null) {
      await pause(RESUME_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async handle(page: readonly RecordedEvent[], options: PageOptions): Promise<'handled' | 'stopped'> {
    const { database, handler, log } = this.options;
    const poison = await handler.handle(page, options);
    if (poison === null) return 'handled';
    // Another process that can handle the event may have passed it. Then no dead letter is stored, and this process
    // continues from the new checkpoint.
    if (await putDeadLetter(this.consumer.name, poison, database)) {
      const { stream, revision, type } = poison.event;
      this.failure = errorText(poison.error);
      const kind = kindOf(this.consumer);
      const details = { err: poison.error, [kind]: this.consumer.name, event: { stream, revision, type } };
      log.fatal(details, `${kind} stopped by an event`);
    }
    return 'stopped';
  }

  private async failed(error: unknown, lease: AdvisoryLockLease | null): Promise<void> {
    const text = errorText(error);
    const isKnown = this.failure === text;
    this.failure = text;
    const kind = kindOf(this.consumer);
    // An outage is met every few seconds and may last for days: it is logged as an error once.
    const level = isKnown ? 'debug' : 'error';
    this.options.log[level]({ err: error, [kind]: this.consumer.name }, `${kind} failed; trying again`);
    // Without the lease another process follows the log, and the error is not its own.
    if (lease === null || lease.lost.aborted) return;
    await settleWithin(NOTE_TIMEOUT_MS, noteLastError(this.consumer.name, text, this.options.database));
  }

  /** Clears the error of this process, or of the one that followed the log before it. */
  private async clearLastError(): Promise<void> {
    await noteLastError(this.consumer.name, null, this.options.database);
    this.failure = null;
  }
}
