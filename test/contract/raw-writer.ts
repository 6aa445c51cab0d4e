import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { APPEND_LOCK } from '../../src/event-store/postgres/event-log.sql.js';

/** One transaction: it inserts one event before each pause (in milliseconds), and then ends. */
export type RawTransaction = Readonly<{ pauses: readonly number[]; end: 'commit' | 'rollback' }>;

/** How a writer assigns positions: under the append lock, or from a sequence as a naive log would. */
export type PositionSource = 'lock' | 'sequence';

export const CREATE_SEQUENCE = 'create sequence bare_position';

const POSITION = {
  lock: '(select coalesce(max(position), 0) + 1 from event_log)',
  sequence: `nextval('bare_position')`,
};

const insert = (positions: PositionSource) => `
  insert into event_log (position, stream, revision, event_id, type, version, data, metadata, hash, stored_at)
  values (${POSITION[positions]}, $1, $2, $3, 'RecommendationMade', 1, '{}', '{}', '', clock_timestamp())`;

/**
 * Writes to the log in plain SQL, with pauses between position and commit.
 * @param beforeEnd is awaited before each transaction ends.
 */
export async function writeRaw(
  client: Client,
  transactions: readonly RawTransaction[],
  positions: PositionSource,
  beforeEnd: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const committed: string[] = [];
  for (const { pauses, end } of transactions) {
    const stream = `raw-${randomUUID()}`;
    const ids = pauses.map(() => randomUUID());
    await client.query('begin');
    if (positions === 'lock') await client.query('select pg_advisory_xact_lock($1)', [APPEND_LOCK]);
    for (const [revision, ms] of pauses.entries()) {
      await client.query(insert(positions), [stream, revision, ids[revision]]);
      await pause(ms);
    }
    await beforeEnd();
    await client.query(end);
    if (end === 'commit') committed.push(...ids);
  }
  return committed;
}
