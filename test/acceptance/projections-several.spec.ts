import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import { consumersNamed, consumersOf, projectionsNamed } from '../../src/projections/consumer.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import type { Slice } from '../../src/projections/slice.js';
import { skipEvent } from '../../src/projections/stopped-projection.js';
import { SLICES } from '../../src/slices.js';
import { ActingReactor } from '../support/acting-reactor.js';
import { notReady, ready } from '../support/health.js';
import { complaint } from '../support/http-cases.js';
import { Listing } from '../support/listing.js';
import { until } from '../support/projections.js';
import { readMetrics, valueOf } from '../support/prometheus-text.js';
import { upheldOfTests, type RunningUpheld } from '../support/running-upheld.js';

const { running } = upheldOfTests();

class AddListingTables1795219299000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await new Listing('listing').create(runner);
    await new ActingReactor('acting').create(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table listing_list, listing_number, acting_act');
  }
}

/** A slice with a projection and a reactor, which follow complaints like the statistics. */
function sliceOf(listing: Listing, reactor: ActingReactor): Slice {
  return {
    name: 'test',
    migrations: [AddListingTables1795219299000],
    projections: [listing],
    reactors: [reactor],
  };
}

const NAMES = ['statistics', 'listing', 'acting'];
const signal = new AbortController().signal;

let listing: Listing;
let reactor: ActingReactor;
let upheld: RunningUpheld;
beforeEach(async () => {
  listing = new Listing('listing');
  reactor = new ActingReactor('acting');
  reactor.isInterestedIn = ({ type }) => type === 'ComplaintReceived';
  upheld = await running({ slices: [...SLICES, sliceOf(listing, reactor)] });
});

const metric = async (name: string) => {
  const families = readMetrics(await (await fetch(`${upheld.url}/metrics`)).text());
  return NAMES.map((projection) => valueOf(families, `upheld_projection_${name}`, { projection }));
};

it('all follow the log, each with a checkpoint, and are shown by readiness and metrics', async () => {
  await upheld.post('/complaints', complaint('19007429'));
  await upheld.upheld.caughtUp();
  expect(await reactor.acts(upheld.upheld.database)).toHaveLength(1);
  const head = await upheld.upheld.store.head();
  const { projections } = await ready(upheld);
  expect(projections?.map(({ projection, kind, checkpoint }) => [projection, kind, checkpoint])).toEqual([
    ['statistics', 'projection', String(head)],
    ['listing', 'projection', String(head)],
    ['acting', 'reactor', String(head)],
  ]);
  expect(await metric('checkpoint_position')).toEqual([Number(head), Number(head), Number(head)]);
  expect(await metric('stopped')).toEqual([0, 0, 0]);
});

it.each([
  ['listing', () => (listing.poison = ({ type }) => type === 'ComplaintReceived')],
  ['acting', () => (reactor.poison = ({ type }) => type === 'ComplaintReceived')],
])('only %s stops at an event that it cannot handle, and readiness names it', async (name, poison) => {
  poison();
  const { store, database } = upheld.upheld;
  await upheld.post('/complaints', complaint('19007429'));
  await until(async () => (await deadLetterOf(name, database)) !== null);
  const { detail, projections } = await notReady(upheld);
  expect(detail).toBe(`${name} is stopped by complaint-19007429@0`);
  expect(projections?.filter(({ state }) => state === 'stopped')).toMatchObject([{ projection: name }]);
  expect(await metric('stopped')).toEqual(NAMES.map((one) => (one === name ? 1 : 0)));

  const answer = await upheld.post('/complaints', complaint('19007430'));
  expect(answer.status).toBe(201);
  const head = await store.head();
  for (const other of NAMES.filter((one) => one !== name)) {
    await upheld.upheld.awaitPosition(other, head, 10_000);
  }
  await expect(upheld.upheld.awaitPosition(name, head, 10_000)).rejects.toMatchObject({
    code: 'projection-stopped',
  });

  listing.poison = reactor.poison = () => false;
  const operator = commandContext({ id: 'operator-2', role: 'operator' }, new Date('2026-04-01T09:00:00Z'));
  await skipEvent(name, 'entered on trial', operator, upheld.upheld);
  await upheld.upheld.caughtUp();
  expect((await ready(upheld)).projections?.map(({ skipped }) => skipped)).toEqual(
    NAMES.map((one) => (one === name ? 1 : 0)),
  );
});

it('are rebuilt and verified together, but for the reactor, which does not act again', async () => {
  await upheld.post('/complaints', complaint('19007429'));
  await upheld.upheld.caughtUp();
  const projections = projectionsNamed(upheld.upheld.consumers, undefined);
  expect(projections.map(({ name }) => name)).toEqual(['statistics', 'listing']);
  for (const projection of projections) {
    await rebuild({ ...upheld.upheld, projection, signal });
    expect(await verifyProjection({ ...upheld.upheld, projection, signal })).toMatchObject({
      difference: null,
    });
  }
  expect(await reactor.acts(upheld.upheld.database)).toHaveLength(1);
});

describe('names', () => {
  it('of a reactor are refused where a projection is rebuilt or verified', () => {
    const { consumers } = upheld.upheld;
    expect(() => projectionsNamed(consumers, 'acting')).toThrow(
      'acting is a reactor: it acts once for each event and has no tables, so it is neither rebuilt nor verified',
    );
    expect(consumersNamed(consumers, 'acting')).toHaveLength(1);
    expect(() => projectionsNamed(consumers, 'letters')).toThrow('there is no projection letters');
  });

  it('are each used once', () => {
    const slices = [sliceOf(listing, reactor), { name: 'other', reactors: [new ActingReactor('listing')] }];
    expect(() => consumersOf(slices, () => undefined)).toThrow(
      'two projections or reactors are named listing',
    );
  });
});
