import { commandContext } from '../../src/event-sourcing/command-context.js';
import { eventRegistry } from '../../src/event-sourcing/event-registry.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import { rejectingUnknownEvents } from '../../src/projections/consumer.js';
import { PROJECTION_STREAMS, projectionEventSchemas } from '../../src/projections/projection-audit.js';
import { skipEvent } from '../../src/projections/stopped-projection.js';
import { Listing, numbered, ProjectedLog, until } from '../support/projections.js';

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
describe('an event the program does not know', () => {
  const known = eventRegistry([
    { streamPrefix: 'cases', schemas: { Numbered: projectionEventSchemas.ProjectionResumed } },
    { streamPrefix: PROJECTION_STREAMS, schemas: projectionEventSchemas },
  ]);

  it.each([
    ['of a newer version', 'cases', { version: 2 }],
    ['of another type', 'cases', { type: 'Renumbered' }],
    ['of an unknown stream', 'elsewhere', {}],
    ['of a type from another stream', 'projection-well', {}],
  ])('%s stops the projection, until it is skipped', async (_, stream, over) => {
    const ids = await log.append('cases', numbered(1));
    await log.append(stream, numbered(1), over);
    ids.push(...(await log.append('cases', numbered(1))));
    const projector = await log.start(rejectingUnknownEvents(sick, known));
    await until(stopped);
    expect(await deadLetterOf('sick', log.database)).toMatchObject({
      stream,
      error: expect.stringContaining('does not know') as unknown,
    });
    await skipEvent('sick', 'from a newer program', act('skip'), log);
    await projector.waitFor(await log.store.head(), 5_000);
    expect(await sick.ids(log.database, 'cases')).toEqual(ids);
    if (stream !== 'cases') expect(await sick.ids(log.database, stream)).toEqual([]);
  });
});
