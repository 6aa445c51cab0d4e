import type { DataSource, QueryRunner } from 'typeorm';
import type { QueryExecutor } from '../../src/platform/postgres/query-executor.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import type { Reactor } from '../../src/projections/reactor.js';

/** Acts on events with an even number. It records each act in a table, so that a test sees one done twice or not at all. */
export class ActingReactor implements Reactor {
  /** Which events it cannot act on; a test may change it. */
  poison: (event: RecordedEvent) => boolean = ({ data }) => data['poison'] === true;
  /** Awaited in each act, after its row is written. */
  delay: (transaction: QueryRunner) => Promise<unknown> = () => Promise.resolve();
  /** How often it was called, also for acts that were rolled back. */
  calls = 0;

  constructor(readonly name: string) {}

  async create(database: QueryExecutor): Promise<void> {
    await database.query(
      `create table ${this.name}_act (id serial, position bigint not null, event_id uuid not null, actor text not null)`,
    );
  }

  isInterestedIn({ data }: RecordedEvent): boolean {
    return Number(data['number']) % 2 === 0;
  }

  async react(event: RecordedEvent, transaction: QueryRunner): Promise<void> {
    this.calls += 1;
    await transaction.query(`insert into ${this.name}_act (position, event_id, actor) values ($1, $2, $3)`, [
      String(event.position),
      event.id,
      event.metadata.actor.id,
    ]);
    await this.delay(transaction);
    if (this.poison(event)) throw new Error(`cannot act on ${event.stream}@${event.revision}`);
  }

  /** The ids of the events that it acted on, in the order of its acts. */
  async acts(database: DataSource): Promise<string[]> {
    const rows = await database.query<{ id: string }[]>(
      `select event_id as id from ${this.name}_act as act order by act.id`,
    );
    return rows.map(({ id }) => id);
  }
}
