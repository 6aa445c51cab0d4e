import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';
import { Unavailable } from '../platform/errors.js';
import { reasonOf } from '../platform/one-line.js';
import type { QueryExecutor } from '../platform/postgres/query-executor.js';
import { singleFlight } from '../platform/single-flight.js';
import { readCheckpoint, type Checkpoint, type LastError } from './checkpoint.js';
import { CheckpointMismatch } from './checkpoint-mismatch.js';
import { isProjection, type Consumer } from './consumer.js';
import { deadLetterOf } from './dead-letter.js';
import { checkLogIdentity } from './log-identity-check.js';
import { checkNotNewer } from './projection-version.js';
import { isTransientFailure } from './transient-failure.js';

/** How often the checkpoint is read while it is awaited, in milliseconds. */
const POLL_MS = 25;
/** The dead letter is read at the first poll, and then once in this many polls. */
const POLLS_PER_DEAD_LETTER = 20;

/**
 * Waits until a projection or a reactor has handled a position of the log, whichever process runs it.
 * @param timeoutMs longest wait.
 * @throws Unavailable `projection-behind` after that time or when the application closes, `projection-stopped` where an
 *   event stopped it; LogMismatch, VersionMismatch where its tables are of another log or of a newer version.
 */
export type AwaitPosition = (name: string, position: Position, timeoutMs: number) => Promise<void>;

/** The token under which Nest provides {@link AwaitPosition}. */
export const AWAIT_POSITION = Symbol('AwaitPosition');

export type AwaitPositionOptions = Readonly<{
  store: EventStore;
  database: QueryExecutor;
  consumers: readonly Consumer[];
  /** Ends every wait. */
  closing: AbortSignal;
}>;

/** Waits by reading checkpoints. However many wait for one projection, they share each reading. */
export function awaitPositionBy({ consumers, ...parts }: AwaitPositionOptions): AwaitPosition {
  const checkpoints = new Map(
    consumers.map((consumer) => [consumer.name, new AwaitedCheckpoint(consumer, parts)]),
  );
  return async (name, position, timeoutMs) => {
    const checkpoint = checkpoints.get(name);
    if (checkpoint === undefined) throw new Error(`there is no projection ${name}`);
    await checkpoint.reach(position, timeoutMs);
  };
}

class AwaitedCheckpoint {
  private readonly read: () => Promise<Checkpoint & Readonly<{ lastError: LastError }>>;
  /** The log and the last error of the checkpoint when it was last compared with the log. */
  private compared: string | null = null;

  constructor(
    private readonly consumer: Consumer,
    private readonly parts: Omit<AwaitPositionOptions, 'consumers'>,
  ) {
    this.read = singleFlight(() => this.readChecked());
  }

  async reach(target: Position, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    let position: Position | null = null;
    for (let polls = 0; ; polls += 1) {
      const { checkpoint, reason } = await this.poll(target, polls % POLLS_PER_DEAD_LETTER === 0);
      position = checkpoint ?? position;
      if (position !== null && position >= target) return;
      if (performance.now() > deadline || this.parts.closing.aborted) {
        const at = position === null ? 'cannot be read' : `is at ${position}`;
        const why = reason === null ? '' : ` (${reason})`;
        throw new Unavailable('projection-behind', `${this.consumer.name} ${at}, not yet at ${target}${why}`);
      }
      await pause(POLL_MS);
    }
  }

  /** Reads the checkpoint, and what went wrong. While the database does not answer, nothing is known but that. */
  private async poll(
    target: Position,
    isDeadLetterDue: boolean,
  ): Promise<{ checkpoint: Position | null; reason: string | null }> {
    try {
      const { position, lastError } = await this.read();
      if (position < target && isDeadLetterDue) await this.checkNotStopped();
      return { checkpoint: position, reason: lastError?.error ?? null };
    } catch (error) {
      if (!isTransientFailure(error)) throw error;
      return { checkpoint: null, reason: reasonOf(error) };
    }
  }

  /**
   * Comparing with the log costs two more questions. It is done at first, and again when a processor noted an error: the
   * tables may have been rebuilt from another log, or the log restored from a backup.
   */
  private async readChecked(): Promise<Checkpoint & Readonly<{ lastError: LastError }>> {
    const { store, database } = this.parts;
    const checkpoint = await readCheckpoint(this.consumer.name, database);
    const state = JSON.stringify([checkpoint.log, checkpoint.lastError?.at]);
    if (state !== this.compared) await checkLogIdentity(this.consumer, store, database);
    this.compared = state;
    if (isProjection(this.consumer)) checkNotNewer(this.consumer, checkpoint);
    return checkpoint;
  }

  private async checkNotStopped(): Promise<void> {
    const { name } = this.consumer;
    const letter = await deadLetterOf(name, this.parts.database);
    if (letter === null) return;
    throw new Stopped(
      `${name} is stopped by ${letter.stream}@${letter.revision} (${letter.error}); see upheld projections status`,
    );
  }
}

class Stopped extends CheckpointMismatch {
  constructor(message: string) {
    super('projection-stopped', message);
  }
}
