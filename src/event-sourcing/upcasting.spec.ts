import fc from 'fast-check';
import { z } from 'zod';
import {
  ARRANGED_BY_VERSION,
  recordedVisit,
  VisitArrangedSchema,
  VisitArrangedV1Schema,
  VisitArrangedV2Schema,
  visitEventSchemas,
  withDate,
  withVisitors,
  type VisitEvent,
} from '../../test/support/visits.js';
import { eventReader, type EventsOf } from './event-schema.js';
import { UpcastFailed } from './unreadable-event.js';
import { firstVersion } from './upcasting.js';

const readVisit = eventReader<VisitEvent>(visitEventSchemas);

const day = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).split('-').reverse().join('/'));
const place = fc.stringMatching(/^[A-Za-z]{1,20}$/);
const dataOfVersion1 = fc.record({ place, day });

describe('reading an event of an earlier version', () => {
  it.each(ARRANGED_BY_VERSION)('gives the same event for version %d', (version, data) => {
    expect(readVisit(recordedVisit(version, data))).toEqual({
      type: 'VisitArranged',
      data: { place: 'Blaby', arrangedFor: '2019-06-14', visitors: 1 },
    });
  });

  it('takes every step from its version once, in order', () => {
    const steps: string[] = [];
    const traced = (name: string) => (data: { taken: string }) => {
      steps.push(`${name} of ${data.taken}`);
      return { taken: name };
    };
    const schema = z.strictObject({ taken: z.string() });
    const Traced = firstVersion(schema)
      .upcastTo(schema, traced('second'))
      .upcastTo(schema, traced('third'))
      .upcastTo(schema, traced('fourth'));
    const event = recordedVisit(2, { taken: 'stored' }, { type: 'Traced' });
    expect(eventReader({ Traced })(event).data).toEqual({ taken: 'fourth' });
    expect(steps).toEqual(['third of stored', 'fourth of third']);
  });

  it('gives for version 1 what reading its upcasts to versions 2 and 3 gives', () => {
    fc.assert(
      fc.property(dataOfVersion1, (first) => {
        const second = VisitArrangedV2Schema.parse(withDate(VisitArrangedV1Schema.parse(first)));
        const third = VisitArrangedSchema.parse(withVisitors(second));
        const { purpose: _none, ...stored } = second;
        expect(readVisit(recordedVisit(1, first))).toEqual(readVisit(recordedVisit(2, stored)));
        expect(readVisit(recordedVisit(1, first)).data).toEqual(third);
      }),
    );
  });

  it('does not change the stored event, and gives the same a second time', () => {
    fc.assert(
      fc.property(dataOfVersion1, (first) => {
        const event = recordedVisit(1, Object.freeze({ ...first }));
        const once = readVisit(Object.freeze(event));
        expect(readVisit(event)).toEqual(once);
        expect(event).toMatchObject({ version: 1, data: first });
      }),
    );
  });

  it('leaves out a field that the upcast set to undefined', () => {
    expect(Object.keys(readVisit(recordedVisit(1, { place: 'Blaby', day: '14/06/2019' })).data)).toEqual([
      'place',
      'arrangedFor',
      'visitors',
    ]);
  });
});

describe('an upcast that fails', () => {
  it('names event and version, and keeps the reason out of the message', () => {
    const event = recordedVisit(1, { place: 'Blaby', day: '' });
    expect(failureOf(event)).toMatchObject({
      code: 'upcast-failed',
      message: 'visit-1@3, a VisitArranged@1, cannot be read as VisitArranged@2: its upcast failed',
      cause: new Error('there is no day for the visit to Blaby'),
    });
  });

  it('names the invalid field where the upcast data do not match the schema', () => {
    expect(failureOf(recordedVisit(1, { place: 'Blaby', day: '31/02/2019' }))).toMatchObject({
      message:
        'visit-1@3, a VisitArranged@1, cannot be read as VisitArranged@2: ' +
        'arrangedFor: must be a calendar date, YYYY-MM-DD',
    });
    expect(
      failureOf(recordedVisit(2, { place: 'Blaby', arrangedFor: '2019-06-14', guests: 2 })),
    ).toMatchObject({
      message:
        'visit-1@3, a VisitArranged@2, cannot be read as VisitArranged@3: its data: Unrecognized key: "guests"',
    });
  });

  function failureOf(event: ReturnType<typeof recordedVisit>): unknown {
    try {
      return readVisit(event);
    } catch (error) {
      expect(error).toBeInstanceOf(UpcastFailed);
      return error;
    }
  }
});

it('has steps typed by the versions they connect, and events typed by the present version', () => {
  const First = z.strictObject({ on: z.string() });
  const Second = z.strictObject({ at: z.string(), by: z.string() });
  const Third = z.strictObject({ at: z.number() });
  const Arranged = firstVersion(First)
    .upcastTo(Second, ({ on }) => ({ at: on, by: 'nobody' }))
    .upcastTo(Third, ({ at }) => ({ at: at.length }));
  type Arranged = EventsOf<{ Arranged: typeof Arranged }>;
  const event = eventReader<Arranged>({ Arranged })(recordedVisit(1, { on: 'noon' }, { type: 'Arranged' }));
  // @ts-expect-error -- The event has the data of the present version, not of an earlier one.
  const earlier: Arranged = { type: 'Arranged', data: { at: 'noon', by: 'nobody' } };
  expect(event.data.at).toBe('noon'.length);
  expect(event).not.toEqual(earlier);

  // @ts-expect-error -- A step takes the data of the version before it, which has no such field.
  firstVersion(First).upcastTo(Second, ({ at }) => ({ at: String(at), by: 'nobody' }));
  // @ts-expect-error -- A step makes all the data of its version.
  firstVersion(First).upcastTo(Second, ({ on }) => ({ at: on }));
  // @ts-expect-error -- A step makes data of the types of its version.
  firstVersion(First).upcastTo(Third, ({ on }) => ({ at: on }));
  // @ts-expect-error -- A step does not change its argument.
  firstVersion(First).upcastTo(First, (data) => Object.assign(data, { on: (data.on = 'noon') }));
});
