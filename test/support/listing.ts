import type { DataSource, QueryRunner } from 'typeorm';
import type { QueryExecutor } from '../../src/platform/postgres/query-executor.js';
import type { EventWithoutMetadata } from '../../src/event-store/event-store.js';
import type { PageWrite, Projection } from '../../src/projections/projection.js';

/** Lists and counts every event it folds, so that a test sees an event that was counted twice or not at all. */
export class Listing implements Projection {
  readonly tables: readonly string[];
  /** Which events cannot be folded; a test may change it. */
  poison: (event: EventWithoutMetadata) => boolean = ({ data }) => data['poison'] === true;
  /** Awaited in each page. */
  delay: () => Promise<unknown> = () => Promise.resolve();

  /** @param version from the second on, streams are listed in upper case. */
  constructor(
    readonly name: string,
    readonly version = 1,
  ) {
    this.tables = [`${name}_list`, `${name}_number`];
  }

  async create(database: QueryExecutor): Promise<void> {
    await database.query(`
      create table ${this.name}_list (position bigint not null, stream text not null, event_id uuid not null);
      create index ${this.name}_by_stream on ${this.name}_list (stream) include (position);
      create table ${this.name}_number (one integer primary key, number integer not null);`);
  }

  fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite> {
    return Promise.resolve(() => this.write(page, transaction));
  }

  private async write(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<void> {
    await transaction.query(
      `insert into ${this.name}_list select * from unnest($1::bigint[], $2::text[], $3::uuid[])`,
      [
        page.map(({ position }) => String(position)),
        page.map(({ stream }) => (this.version === 1 ? stream : stream.toUpperCase())),
        page.map(({ id }) => id),
      ],
    );
    await this.delay();
    for (const event of page) {
      if (this.poison(event)) throw new Error(`cannot fold ${event.stream}@${event.revision}`);
    }
    await transaction.query(
      `insert into ${this.name}_number values (1, $1)
       on conflict (one) do update set number = ${this.name}_number.number + excluded.number`,
      [page.length],
    );
  }

  /** The ids that it lists of one stream, in the order of the log. */
  async ids(database: DataSource, stream: string): Promise<string[]> {
    const rows = await database.query<{ id: string }[]>(
      `select event_id as id from ${this.name}_list where stream = $1 order by position`,
      [stream],
    );
    return rows.map(({ id }) => id);
  }
}
