import type { QueryRunner } from 'typeorm';
import type { EventWithoutMetadata } from '../../src/event-store/event-store.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import type { PageWrite } from '../../src/projections/projection.js';
import { pipelined } from '../../src/platform/postgres/pipelined.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

/** Sends two statements together. A test can make the server refuse the first. */
class TwoStatements extends Listing {
  refused: (page: readonly EventWithoutMetadata[]) => string | null = () => null;

  override fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite> {
    const code = this.refused(page);
    const first = code === null ? 'select' : `do $$ begin raise 'refused' using errcode = '${code}'; end $$`;
    const listed = 'insert into sick_list select * from unnest($1::bigint[], $2::text[], $3::uuid[])';
    const columns = [
      page.map(({ position }) => String(position)),
      page.map(({ stream }) => stream),
      page.map(({ id }) => id),
    ];
    return Promise.resolve(() => pipelined([transaction.query(first), transaction.query(listed, columns)]));
  }
}

let sending: TwoStatements;
let log: ProjectedLog;
beforeEach(async () => {
  sending = new TwoStatements('sick');
  log = await ProjectedLog.open(sending);
});
afterEach(() => log.close());

const deadLetter = () => deadLetterOf('sick', log.database);

describe('of statements sent together', () => {
  it('the first that fails gives the reason why the event cannot be folded, not those refused after it', async () => {
    await log.append('cases', numbered(3));
    sending.refused = (page) => (page.some(({ revision }) => revision === 1) ? '22012' : null);
    await log.start(sending);
    await until(async () => (await deadLetter()) !== null);
    expect(await deadLetter()).toMatchObject({
      revision: 1,
      error: expect.stringContaining('refused') as unknown,
    });
  });

  it('one that fails because the disk is full blames no event', async () => {
    const ids = await log.append('cases', numbered(3));
    let full = 6;
    sending.refused = () => (full-- > 0 ? '53100' : null);
    const projector = await log.start(sending);
    await projector.waitFor(await log.store.head(), 30_000);
    expect(await sending.ids(log.database, 'cases')).toEqual(ids);
    expect(full).toBeLessThanOrEqual(0);
    expect(await deadLetter()).toBeNull();
  });
});
