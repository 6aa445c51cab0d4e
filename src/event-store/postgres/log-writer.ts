import { DatabaseError } from 'pg';
import type { Pool, PoolClient } from 'pg';
import type { ValidatedAppend } from '../core/append-validation.js';
import { InvalidAppend } from '../event-store.errors.js';
import type { AppendOutcome } from '../event-store.js';
import type { ChainHead } from '../core/hash-chain.js';
import { position } from '../position.js';
import { AppendBatch, needsLocations } from './append-batch.js';
import type { LogLocation, LogState } from './append-batch.js';
import { textArray, uuidArray } from '../../platform/postgres/binary-array.js';
import { binaryRows } from './binary-rows.js';
import { copyIn } from './copy-in.js';
import {
  BEGIN_APPEND,
  COMMIT_APPEND,
  COPY_EVENTS,
  HEAD_AND_TIME,
  PLACES,
  STREAM_HEADS,
  UNIQUE_EVENT_ID,
} from './event-log.sql.js';
import { retryPostgres, isTransientPostgresFailure } from './postgres-failures.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';

/** Appends that are judged, and their events inserted, at a time. */
const SLICE = 50;

/**
 * Stores batches of appends, each in one transaction under the append lock and in two round trips (the pool's
 * connections pipeline). An outage is met with another attempt, also when the answer to the commit was lost:
 * the lock is free only when the first attempt has ended, and the events' ids tell whether it was stored.
 */
export class LogWriter {
  constructor(
    private readonly pool: Pool,
    private readonly patience: RetryPolicy,
  ) {}

  /** @throws Unavailable when the outcome of the appends is not known. */
  async write(batch: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    try {
      return await retryPostgres(() => this.#transaction(batch), this.patience);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [only, ...others] = batch;
      if (only !== undefined && others.length === 0) return [refused(only, error)];
      return await this.#oneByOne(batch);
    }
  }

  /** So that only the append at fault is refused. */
  async #oneByOne(batch: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    const outcomes: AppendOutcome[] = [];
    for (const append of batch) outcomes.push(...(await this.write([append])));
    return outcomes;
  }

  async #transaction(batch: readonly ValidatedAppend[]): Promise<AppendOutcome[]> {
    const client = await this.pool.connect();
    let usable = true;
    try {
      const state = await readState(client, batch);
      const judged = new AppendBatch(state);
      const insertions: Promise<unknown>[] = [];
      for (let next = 0; next < batch.length; next += SLICE) {
        // The server inserts one slice while the hashes of the next are computed.
        const rows = judged.judge(batch.slice(next, next + SLICE));
        if (rows.length === 0) continue;
        const copied = copyIn(client, COPY_EVENTS, binaryRows(rows, state.now));
        // Told where all are awaited.
        copied.catch(() => undefined);
        insertions.push(copied);
      }
      await Promise.all([...insertions, client.query(insertions.length > 0 ? COMMIT_APPEND : 'rollback')]);
      return judged.outcomes;
    } catch (error) {
      usable = !isTransientPostgresFailure(error) && (await rolledBack(client));
      throw error;
    } finally {
      client.release(!usable);
    }
  }
}

async function readState(client: PoolClient, batch: readonly ValidatedAppend[]): Promise<LogState> {
  const wanted = [...new Set(batch.map(({ stream }) => stream))];
  const [, head, heads] = await Promise.all([
    client.query(BEGIN_APPEND),
    client.query<{ position: string; now: Date }>({ name: 'head-and-time', text: HEAD_AND_TIME }),
    client.query<ChainHead & { stream: string }>({
      name: 'stream-heads',
      text: STREAM_HEADS,
      values: [textArray(wanted)],
    }),
  ]);
  const streams = new Map(heads.rows.map(({ stream, revision, hash }) => [stream, { revision, hash }]));
  const unclear = batch.filter((append) => needsLocations(append, streams.get(append.stream)));
  const [last] = head.rows;
  if (last === undefined) throw new Error('the log does not tell its head');
  return {
    head: position(last.position),
    now: last.now,
    streams,
    places: unclear.length === 0 ? new Map() : await readPlaces(client, unclear),
  };
}

async function readPlaces(
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
    name: 'places',
    text: PLACES,
    values: [uuidArray(ids)],
  });
  return new Map(
    rows.map((row) => [
      row.event_id,
      { stream: row.stream, revision: row.revision, position: position(row.position) },
    ]),
  );
}

/** SQLSTATE classes of values that PostgreSQL does not take; and an event id that stands elsewhere in the log. */
const REFUSED_VALUES = /^(22|54)/;

function isRefusal(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError)) return false;
  return REFUSED_VALUES.test(error.code ?? '') || error.constraint === UNIQUE_EVENT_ID;
}

function refused({ stream }: ValidatedAppend, error: DatabaseError): InvalidAppend {
  return new InvalidAppend(`the log takes no such append to ${stream}: ${error.detail ?? error.message}`);
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}
