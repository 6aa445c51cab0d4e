import { setTimeout as pause } from 'node:timers/promises';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { deadLetterOf, putDeadLetter } from '../../src/projections/dead-letter.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { statusLines } from '../../src/projections/status/status-text.js';
import { rebuild } from '../../src/projections/rebuild/rebuild.js';
import { resumeProjection, skipEvent } from '../../src/projections/stopped-projection.js';
import { verifyProjection } from '../../src/projections/rebuild/verify-projection.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

const EVENTS = 9;
const ACTOR = { id: 'operator-2', role: 'operator' };
const act = (id: string) => commandContext(ACTOR, new Date('2026-04-01T09:00:00Z'), id);

let sick: Listing;
let well: Listing;
let log: ProjectedLog;
beforeEach(async () => {
  sick = new Listing('sick');
  well = new Listing('well');
  well.poison = () => false;
  log = await ProjectedLog.open(sick, well);
});
afterEach(() => log.close());

const stopped = async () => (await deadLetterOf('sick', log.database)) !== null;
const without = (ids: readonly string[], ...places: readonly number[]) =>
  ids.filter((_, place) => !places.includes(place));

describe.each([
  ['first', 0],
  ['middle', 4],
  ['last', EVENTS - 1],
])('a poison event that is the %s of its page', (_, place) => {
  it('stops its projection after all events before it, and no other projection; once skipped, it is left out for ever', async () => {
    const ids = await log.append('cases', numbered(EVENTS, [place]));
    await log.start(sick);
    const other = await log.start(well);
    await until(stopped);
    expect(await sick.ids(log.database, 'cases')).toEqual(ids.slice(0, place));
    await other.waitFor(await log.store.head(), 5_000);
    expect(await well.ids(log.database, 'cases')).toEqual(ids);

    const later = await log.append('cases', numbered(3));
    await pause(300);
    expect(await sick.ids(log.database, 'cases')).toEqual(ids.slice(0, place));
    const status = await projectionStatus(sick, log);
    expect(status).toMatchObject({
      state: 'stopped',
      stoppedBy: {
        stream: 'cases',
        revision: place,
        type: 'Numbered@1',
        error: `Error: cannot fold cases@${place}`,
      },
      lag: { events: EVENTS - place + 3, more: false },
      skipped: [],
    });

    await skipEvent('sick', 'typed twice', act('skip-1'), log);
    const whole = [...without(ids, place), ...later];
    await until(async () => (await sick.ids(log.database, 'cases')).length >= whole.length);
    expect(await sick.ids(log.database, 'cases')).toEqual(whole);

    const signal = new AbortController().signal;
    await rebuild({ ...log.parts, projection: sick, signal });
    expect(await sick.ids(log.database, 'cases')).toEqual(whole);
    expect(await verifyProjection({ ...log.parts, projection: sick, signal })).toMatchObject({
      difference: null,
    });
    const after = await projectionStatus(sick, log);
    expect(after).toMatchObject({
      state: 'live',
      stoppedBy: null,
      skipped: [
        {
          stream: 'cases',
          revision: place,
          reason: 'typed twice',
          actor: ACTOR,
          at: '2026-04-01T09:00:00.000Z',
        },
      ],
    });
    expect(statusLines(after).join('\n')).toContain(`skips cases@${place} (Numbered@1): typed twice`);
  });
});

it('stops at each of two poison events in a page of hundreds, one after the other', async () => {
  const ids = await log.append('cases', numbered(700, [137, 602]));
  await log.start(sick);
  await until(async () => (await deadLetterOf('sick', log.database))?.revision === 137);
  expect(await sick.ids(log.database, 'cases')).toEqual(ids.slice(0, 137));
  await skipEvent('sick', 'one', act('one'), log);
  await until(async () => (await deadLetterOf('sick', log.database))?.revision === 602);
  expect(await sick.ids(log.database, 'cases')).toEqual(without(ids.slice(0, 602), 137));
  await skipEvent('sick', 'other', act('other'), log);
  await until(async () => (await sick.ids(log.database, 'cases')).length === 698);
  expect(await sick.ids(log.database, 'cases')).toEqual(without(ids, 137, 602));
});

it('tries the event again when it is resumed, and counts it once', async () => {
  const ids = await log.append('cases', numbered(3, [1]));
  const projector = await log.start(sick);
  await until(stopped);
  await resumeProjection('sick', act('too early'), log);
  await until(async () => (await deadLetterOf('sick', log.database)) !== null);
  sick.poison = () => false;
  await until(stopped);
  await resumeProjection('sick', act('mended'), log);
  await projector.waitFor(await log.store.head(), 5_000);
  expect(await sick.ids(log.database, 'cases')).toEqual(ids);
  expect((await projectionStatus(sick, log)).skipped).toEqual([]);
});

it('records who resumed and skipped in the log, once however often a skip is repeated', async () => {
  await log.append('cases', numbered(2, [0, 1]));
  const projector = await log.start(sick);
  await until(stopped);
  const stop = await resumeProjection('sick', act('again'), log);
  await until(stopped);
  await skipEvent('sick', 'typed twice', act('skip'), log);
  await until(async () => (await deadLetterOf('sick', log.database))?.revision === 1);
  const letter = await log.database.query<object[]>('select * from projection_dead_letter');
  await skipEvent('sick', 'typed thrice', act('skip-2'), log);
  await projector.waitFor(await log.store.head(), 5_000);
  // As after a crash between audit and removal: the projection is still stopped, and the skip is repeated.
  await log.database.query(
    'insert into projection_dead_letter select * from json_populate_recordset(null::projection_dead_letter, $1)',
    [JSON.stringify(letter)],
  );
  expect(await skipEvent('sick', 'typed thrice', act('skip-3'), log)).toMatchObject({ revision: 1 });
  expect(await projectionStatus(sick, log)).toMatchObject({ state: 'live', stoppedBy: null });
  const acts = await eventsOf('projection-sick');
  expect(
    acts.map(({ type, data, metadata }) => [type, data['revision'], metadata.actor, metadata.command.id]),
  ).toEqual([
    ['ProjectionResumed', 0, ACTOR, 'again'],
    ['ProjectionEventSkipped', 0, ACTOR, 'skip'],
    ['ProjectionEventSkipped', 1, ACTOR, 'skip-2'],
  ]);
  expect(acts[0]?.data).toMatchObject({ eventId: stop.eventId, error: 'Error: cannot fold cases@0' });
});

it('cannot be resumed or skipped where nothing is stopped', async () => {
  await log.append('cases', numbered(1));
  const refusal = { code: 'projection-not-stopped' };
  await expect(resumeProjection('sick', act('1'), log)).rejects.toMatchObject(refusal);
  await expect(skipEvent('sick', 'why', act('2'), log)).rejects.toMatchObject(refusal);
  await expect(eventsOf('projection-sick')).rejects.toMatchObject({ code: 'stream-not-found' });
});

it('does not stop a projection where the failure is temporary', async () => {
  const ids = await log.append('cases', numbered(3));
  let faults = 2;
  sick.poison = ({ revision }) => revision === 1 && faults-- > 0;
  const projector = await log.start(sick);
  await projector.waitFor(await log.store.head(), 5_000);
  expect(await sick.ids(log.database, 'cases')).toEqual(ids);
});

it('does not stop at an event that another process has folded meanwhile', async () => {
  await log.append('cases', numbered(2));
  const [event] = await eventsOf('cases');
  if (event === undefined) throw new Error('no event');
  const projector = await log.start(sick);
  await projector.waitFor(await log.store.head(), 5_000);
  expect(await putDeadLetter('sick', { event, error: new Error('late'), attempts: 1 }, log.database)).toBe(
    false,
  );
  expect(await stopped()).toBe(false);
});

it('answers a waiting reader at once when the projection is stopped', async () => {
  await log.append('cases', numbered(1, [0]));
  const projector = await log.start(sick);
  await until(stopped);
  // Longer than the timeout of this test.
  await expect(projector.waitFor(await log.store.head(), 600_000)).rejects.toMatchObject({
    code: 'projection-stopped',
    message: expect.stringContaining('cases@0') as unknown,
  });
});

async function eventsOf(stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of log.store.readStream(stream)) events.push(event);
  return events;
}
