import { DatabaseError } from 'pg';
import type { Pool, PoolClient } from 'pg';
import { textArray, uuidArray } from '../../platform/postgres/binary-array.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';
import type { ValidatedAppend } from '../core/append-validation.js';
import { InvalidAppend } from '../event-store.errors.js';
import type { AppendOutcome } from '../event-store.js';
import type { ChainHead } from '../core/hash-chain.js';
import { position } from '../position.js';
import { AppendBatch, needsLocations } from './append-batch.js';
import type { LogLocation, LogState } from './append-batch.js';
import { binaryRows } from './binary-rows.js';
import { copyIn } from './copy-in.js';
import {
  BEGIN_APPEND,
  COMMIT_APPEND,
  COPY_EVENTS,
  EVENT_LOCATIONS,
  HEAD_AND_TIME,
  STREAM_HEADS,
  UNIQUE_EVENT_ID,
} from './event-log.sql.js';
import { isTransientPostgresFailure, retryPostgres } from './postgres-failures.js';

/** Appends whose events are hashed and sent together. */
const SLICE = 50;

/**
 * Stores batches of appends, each in one transaction under the append lock and in two round trips (the pool's
 * connections pipeline). After a transient failure it tries again, also when the answer to the commit was lost: the
 * lock is free only when the first attempt has ended, and the events' ids show whether it stored them.
 */
export class LogWriter {
  constructor(
    private readonly pool: Pool,
    private readonly retryPolicy: RetryPolicy,
  ) {}

  /** @throws Unavailable when the outcome of the appends is not known. */
  async write(batch: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    try {
      return await retryPostgres(() => this.#transaction(batch), this.retryPolicy);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [only, ...others] = batch;
      if (only !== undefined && others.length === 0) return [refused(only, error)];
      return await this.#writeOneByOne(batch);
    }
  }

  /** Writes each append in its own transaction, so that only the invalid one is refused. */
  async #writeOneByOne(batch: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    const outcomes: AppendOutcome[] = [];
    for (const append of batch) outcomes.push(...(await this.write([append])));
    return outcomes;
  }

  async #transaction(appends: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    const client = await this.pool.connect();
    let usable = true;
    try {
      const state = await readState(client, appends);
      const batch = new AppendBatch(state);
      const insertions: Promise<unknown>[] = [];
      for (let next = 0; next < appends.length; next += SLICE) {
        // The server inserts one slice while the hashes of the next are computed.
        const rows = batch.add(appends.slice(next, next + SLICE));
        if (rows.length === 0) continue;
        const insertion = copyIn(client, COPY_EVENTS, binaryRows(rows, state.now));
        // A failure is thrown below, where all insertions are awaited.
        insertion.catch(() => undefined);
        insertions.push(insertion);
      }
      await Promise.all([...insertions, client.query(insertions.length > 0 ? COMMIT_APPEND : 'rollback')]);
      return batch.outcomes;
    } catch (error) {
      usable = !isTransientPostgresFailure(error) && (await rolledBack(client));
      throw error;
    } finally {
      client.release(!usable);
    }
  }
}

async function readState(client: PoolClient, appends: readonly ValidatedAppend[]): Promise<LogState> {
  const names = [...new Set(appends.map(({ stream }) => stream))];
  const [, head, heads] = await Promise.all([
    client.query(BEGIN_APPEND),
    client.query<{ position: string; now: Date }>({ name: 'head-and-time', text: HEAD_AND_TIME }),
    client.query<ChainHead & { stream: string }>({
      name: 'stream-heads',
      text: STREAM_HEADS,
      values: [textArray(names)],
    }),
  ]);
  const streams = new Map(heads.rows.map(({ stream, revision, hash }) => [stream, { revision, hash }]));
  const unclear = appends.filter((append) => needsLocations(append, streams.get(append.stream)));
  const [last] = head.rows;
  if (last === undefined) throw new Error('the query for the head of the log returned no row');
  return {
    head: position(last.position),
    now: last.now,
    streams,
    locations: unclear.length === 0 ? new Map() : await readLocations(client, unclear),
  };
}

async function readLocations(
  client: PoolClient,
  appends: readonly ValidatedAppend[],
): Promise<Map<string, LogLocation>> {
  const ids = appends.flatMap(({ events }) => events.map(({ id }) => id));
  const { rows } = await client.query<{
    event_id: string;
    stream: string;
    revision: number;
    position: string;
  }>({
    name: 'event-locations',
    text: EVENT_LOCATIONS,
    values: [uuidArray(ids)],
  });
  return new Map(
    rows.map((row) => [
      row.event_id,
      { stream: row.stream, revision: row.revision, position: position(row.position) },
    ]),
  );
}

/** SQLSTATE classes of values that PostgreSQL does not accept. */
const REFUSED_VALUES = /^(22|54)/;

/** Whether one of the appends can never be stored: for its values, or for an event id that the log holds elsewhere. */
function isRefusal(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError)) return false;
  return REFUSED_VALUES.test(error.code ?? '') || error.constraint === UNIQUE_EVENT_ID;
}

function refused({ stream }: ValidatedAppend, error: DatabaseError): InvalidAppend {
  return new InvalidAppend(`the log refuses the append to ${stream}: ${error.detail ?? error.message}`);
}

/** Rolls back. Returns false when even that failed. */
async function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}
