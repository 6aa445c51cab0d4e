import type { DataSource, QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../../src/event-store/event-store.js';
import { eventReader } from '../../src/event-sourcing/event-schema.js';
import type { PageWrite, Projection } from '../../src/projections/projection.js';
import { StreamFold, type StateTable } from '../../src/projections/stream-fold.js';
import { VISIT_STREAMS, visitAggregate, visitEventSchemas, type Visit, type VisitEvent } from './visits.js';

/** The invented slice's visits: their present state, and their state after each event. */
export class VisitsProjection implements Projection {
  readonly name = 'visits';
  readonly version = 1;
  readonly tables = ['visit'];

  private readonly visits = new StreamFold<Visit, VisitEvent>(
    VISIT_STREAMS,
    eventReader<VisitEvent>(visitEventSchemas),
    visitAggregate.evolve,
    VISITS,
  );

  async create(database: DataSource): Promise<void> {
    await database.query(
      'create table visit (id text, position bigint, visit json not null, primary key (id, position))',
    );
  }

  async fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite> {
    const steps = await this.visits.fold(page, transaction);
    return () => this.visits.store(steps, transaction);
  }

  /** All rows, in the order of the log. */
  async rows(database: DataSource): Promise<readonly Readonly<{ id: string; visit: Visit }>[]> {
    return database.query('select id, visit from visit order by position');
  }
}

const VISITS: StateTable<Visit> = {
  async read(ids, transaction) {
    const rows = (await transaction.query(
      'select distinct on (id) id, visit from visit where id = any($1) order by id, position desc',
      [ids],
    )) as { id: string; visit: Visit }[];
    return new Map(rows.map(({ id, visit }) => [id, visit]));
  },
  async write(steps, transaction) {
    await transaction.query(
      'insert into visit (id, position, visit) select * from unnest($1::text[], $2::bigint[], $3::json[])',
      [
        steps.map(({ id }) => id),
        steps.map(({ position }) => String(position)),
        steps.map(({ after }) => JSON.stringify(after)),
      ],
    );
  },
};
