import { contentHash, commandContext } from '../../src/event-sourcing/command-context.js';
import { eventRegistry } from '../../src/event-sourcing/event-registry.js';
import type { JsonObject, NewEvent, RecordedEvent } from '../../src/event-store/event-store.js';
import { StreamCommandHandler } from '../../src/event-sourcing/command-handler.js';
import { verifyLog } from '../../src/event-store/core/verify-log.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import { rejectingUnknownEvents } from '../../src/projections/consumer.js';
import type { Projection } from '../../src/projections/projection.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { ProjectedLog, until } from '../support/projections.js';
import {
  arranged,
  visitAggregate,
  visitEventSchemas,
  VISIT_STREAMS,
  type Visit,
  type VisitEvent,
} from '../support/visits.js';
import { VisitsProjection } from '../support/visits-projection.js';

const FIRST = { place: 'Blaby', day: '14/06/2019' };
const SECOND = { place: 'Redditch', arrangedFor: '2019-07-01', purpose: 'inquiry' };
const UPCAST_FIRST = { place: 'Blaby', arrangedFor: '2019-06-14', visitors: 1 };
const ARRANGED: VisitEvent = {
  type: 'VisitArranged',
  data: { ...UPCAST_FIRST, visitors: 4 } as Extract<VisitEvent, { type: 'VisitArranged' }>['data'],
};
const CANCELLED: VisitEvent = { type: 'VisitCancelled', data: { reason: 'snow' } };

let log: ProjectedLog;
let visits: VisitsProjection;
let handler: StreamCommandHandler<Visit, VisitEvent>;
beforeEach(async () => {
  visits = new VisitsProjection();
  log = await ProjectedLog.open(visits);
  handler = new StreamCommandHandler(log.store, visitAggregate);
});
afterEach(() => log.close());

const by = (id: string) =>
  commandContext({ id: 'cw-7', role: 'caseworker' }, new Date('2026-04-01T09:00:00Z'), id);
/** Stores an event as an earlier program did. */
const stored = (stream: string, version: number, data: JsonObject, over: Partial<NewEvent> = {}) =>
  log.store.append(stream, 'any', [arranged(version, data, over)]);
async function eventsOf(stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of log.store.readStream(stream)) events.push(event);
  return events;
}

describe('an event of an earlier version in the log', () => {
  it('is upcast for the next command, and stays in the log as it was stored, with its hash', async () => {
    await stored('visit-1', 1, FIRST);
    const before = await eventsOf('visit-1');
    const states: unknown[] = [];
    await handler.handle('1', { cancel: 'snow' }, by('c-2'), (visit) => {
      states.push(visit);
      return [CANCELLED];
    });
    expect(states).toEqual([{ ...UPCAST_FIRST, cancelled: false }]);
    const after = await eventsOf('visit-1');
    expect(after).toMatchObject([
      { version: 1, data: FIRST },
      { type: 'VisitCancelled', version: 1 },
    ]);
    expect(after.slice(0, 1)).toEqual(before);
    expect(await verifyLog(log.store)).toMatchObject({ events: 2, streams: 1, broken: null });
  });

  it('is upcast in the history', async () => {
    await stored('visit-1', 1, FIRST);
    await handler.handle('1', { cancel: 'snow' }, by('c-2'), () => [CANCELLED]);
    const { history, state } = await handler.load('1');
    expect(history.map(({ event, revision }) => ({ event, revision }))).toEqual([
      { event: { type: 'VisitArranged', data: UPCAST_FIRST }, revision: 0 },
      { event: CANCELLED, revision: 1 },
    ]);
    expect(state).toEqual({ ...UPCAST_FIRST, cancelled: true });
  });

  it('answers a command that is repeated after the program has changed', async () => {
    const command = { arrange: 'Blaby' };
    const { id, actor, correlationId } = by('c-9');
    const metadata = {
      actor,
      recordedAt: '2019-06-14T09:30:00.000Z',
      correlationId,
      causationId: id,
      command: { id, contentHash: contentHash(command) },
    };
    await stored('visit-1', 1, FIRST, { metadata });
    const answer = await handler.handle('1', command, by('c-9'), () => [CANCELLED]);
    expect(answer).toMatchObject({
      revision: 0,
      events: [{ type: 'VisitArranged', data: UPCAST_FIRST }],
      state: { ...UPCAST_FIRST, cancelled: false },
    });
    expect(await eventsOf('visit-1')).toHaveLength(1);
  });

  it('is upcast for a projection, beside events of later versions, and again for a rebuild', async () => {
    await stored('visit-1', 1, FIRST);
    await stored('visit-2', 2, SECOND);
    await handler.handle('3', { arrange: 3 }, by('c-3'), () => [ARRANGED]);
    const projector = await log.start(projection());
    await projector.waitFor(await log.store.head(), 5_000);
    await stored('visit-1', 1, { ...FIRST, day: '15/06/2019' });
    await handler.handle('2', { cancel: 'snow' }, by('c-4'), () => [CANCELLED]);
    await projector.waitFor(await log.store.head(), 5_000);

    const expected = [
      { id: '1', visit: { ...UPCAST_FIRST, cancelled: false } },
      { id: '2', visit: { ...SECOND, visitors: 1, cancelled: false } },
      { id: '3', visit: { ...UPCAST_FIRST, visitors: 4, cancelled: false } },
      { id: '1', visit: { ...UPCAST_FIRST, arrangedFor: '2019-06-15', cancelled: false } },
      { id: '2', visit: { ...SECOND, visitors: 1, cancelled: true } },
    ];
    expect(await visits.rows(log.database)).toEqual(expected);
    expect(await verifyProjection(options())).toMatchObject({ difference: null, rows: 5 });
    await log.database.query('delete from visit');
    expect(await rebuild(options())).toBe(await log.store.head());
    expect(await visits.rows(log.database)).toEqual(expected);
    expect(await verifyLog(log.store)).toMatchObject({ events: 5, broken: null });
  });
});

describe('an event that this program cannot read', () => {
  const UNREADABLE: [string, number, JsonObject, string][] = [
    [
      'newer than the program',
      4,
      { place: 'Blaby' },
      'UnknownEvent: visit-2@0 is a VisitArranged@4, which this version does not know',
    ],
    [
      'whose upcast throws',
      1,
      { place: 'Secret Lane', day: '' },
      'UpcastFailed: visit-2@0, a VisitArranged@1, cannot be read as VisitArranged@2: its upcast failed',
    ],
    [
      'whose upcast leads to what the present version refuses',
      2,
      { place: 'Secret Lane', arrangedFor: 'soon' },
      'UpcastFailed: visit-2@0, a VisitArranged@2, cannot be read as VisitArranged@3: ' +
        'arrangedFor: must be a calendar date, YYYY-MM-DD',
    ],
  ];

  it.each(UNREADABLE)('%s stops the projection, and a rebuild', async (_, version, data, error) => {
    await stored('visit-1', 1, FIRST);
    await stored('visit-2', version, data);
    await log.start(projection());
    await until(async () => (await deadLetterOf('visits', log.database)) !== null);
    expect(await deadLetterOf('visits', log.database)).toMatchObject({
      stream: 'visit-2',
      type: `VisitArranged@${version}`,
      error,
    });
    expect(await visits.rows(log.database)).toHaveLength(1);
    await expect(rebuild(options())).rejects.toMatchObject({
      code: 'event-not-folded',
      message: expect.stringContaining(error) as unknown,
    });
  });

  it.each(UNREADABLE)('%s refuses commands on its stream', async (_, version, data, error) => {
    await stored('visit-2', version, data);
    const write = handler.handle('2', { cancel: 'snow' }, by('c-2'), () => [CANCELLED]);
    await expect(write).rejects.toMatchObject({ kind: 'unavailable', message: error.replace(/^\w+: /, '') });
    expect(await eventsOf('visit-2')).toHaveLength(1);
    expect(await verifyLog(log.store)).toMatchObject({ events: 1, broken: null });
  });
});

/** Checked as in the application, so that an unknown event stops it too. */
function projection(): Projection {
  return rejectingUnknownEvents(
    visits,
    eventRegistry([{ streamPrefix: VISIT_STREAMS, schemas: visitEventSchemas }]),
  );
}

function options() {
  return { ...log.parts, projection: projection(), signal: new AbortController().signal };
}
