import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { APPEND_LOCK } from '../../src/event-store/postgres/event-log.sql.js';

/** One transaction: events inserted one after another, each pause in milliseconds, then an end. */
export type RawTransaction = Readonly<{ pauses: readonly number[]; end: 'commit' | 'rollback' }>;

/** How a writer comes by positions: under the append lock, or from a bare sequence as a naive log would. */
export type Discipline = 'lock' | 'sequence';

export const CREATE_SEQUENCE = 'create sequence bare_position';

const POSITION = {
  lock: '(select coalesce(max(position), 0) + 1 from event_log)',
  sequence: `nextval('bare_position')`,
};

const insert = (discipline: Discipline) => `
  insert into event_log (position, stream, revision, event_id, type, version, data, metadata, hash, stored_at)
  values (${POSITION[discipline]}, $1, $2, $3, 'RecommendationMade', 1, '{}', '{}', '', clock_timestamp())`;

/**
 * A writer beside the engine, in plain SQL, who takes its time between position and commit.
 * @param held is waited for at the end of each transaction.
 */
export async function writeRaw(
  client: Client,
  transactions: readonly RawTransaction[],
  discipline: Discipline,
  held: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const committed: string[] = [];
  for (const { pauses, end } of transactions) {
    const stream = `raw-${randomUUID()}`;
    const ids = pauses.map(() => randomUUID());
    await client.query('begin');
    if (discipline === 'lock') await client.query('select pg_advisory_xact_lock($1)', [APPEND_LOCK]);
    for (const [revision, ms] of pauses.entries()) {
      await client.query(insert(discipline), [stream, revision, ids[revision]]);
      await pause(ms);
    }
    await held();
    await client.query(end);
    if (end === 'commit') committed.push(...ids);
  }
  return committed;
}
