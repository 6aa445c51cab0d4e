import fc from 'fast-check';
import { z } from 'zod';
import {
  recordedVisit,
  VisitArrangedSchema,
  VisitArrangedV1Schema,
  VisitArrangedV2Schema,
} from '../../test/support/visits.js';
import { visitEventSchemas, withDate, withVisitors, type VisitEvent } from '../../test/support/visits.js';
import { eventRegistry } from './event-registry.js';
import type { JsonObject } from '../event-store/event-store.js';
import { eventReader, storedEvent, type EventsOf } from './event-schema.js';
import { firstVersion } from './upcasting.js';
import { UnknownEvent, UpcastFailed } from './unreadable-event.js';

const visitReader = eventReader<VisitEvent>(visitEventSchemas);
const VERSIONS: [version: number, data: JsonObject][] = [
  [1, { place: 'Blaby', day: '14/06/2019' }],
  [2, { place: 'Blaby', arrangedFor: '2019-06-14' }],
  [3, { place: 'Blaby', arrangedFor: '2019-06-14', visitors: 1 }],
];

const day = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).split('-').reverse().join('/'));
const place = fc.stringMatching(/^[A-Za-z]{1,20}$/);
const firstData = fc.record({ place, day });

describe('an event that is read', () => {
  it.each(VERSIONS)('reads the same, whether it was written at version %d', (version, data) => {
    expect(visitReader(recordedVisit(version, data))).toEqual({
      type: 'VisitArranged',
      data: { place: 'Blaby', arrangedFor: '2019-06-14', visitors: 1 },
    });
  });

  it('at the present version is neither copied nor validated', () => {
    const odd = { visitors: 'many' };
    expect(visitReader(recordedVisit(3, odd)).data).toBe(odd);
    const cancelled = { reason: 'snow' };
    expect(visitReader(recordedVisit(1, cancelled, { type: 'VisitCancelled' })).data).toBe(cancelled);
  });

  it('of an earlier version goes through every step once, in order', () => {
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

  it('of version 1 reads as its upcast of version 2 does, and as that one’s of version 3', () => {
    fc.assert(
      fc.property(firstData, (first) => {
        const second = VisitArrangedV2Schema.parse(withDate(VisitArrangedV1Schema.parse(first)));
        const third = VisitArrangedSchema.parse(withVisitors(second));
        const { purpose: _none, ...stored } = second;
        expect(visitReader(recordedVisit(1, first))).toEqual(visitReader(recordedVisit(2, stored)));
        expect(visitReader(recordedVisit(1, first)).data).toEqual(third);
      }),
    );
  });

  it('is left as it was stored, and reads the same a second time', () => {
    fc.assert(
      fc.property(firstData, (first) => {
        const event = recordedVisit(1, Object.freeze({ ...first }));
        const once = visitReader(Object.freeze(event));
        expect(visitReader(event)).toEqual(once);
        expect(event).toMatchObject({ version: 1, data: first });
      }),
    );
  });

  it('has no field that the upcast left open', () => {
    expect(Object.keys(visitReader(recordedVisit(1, { place: 'Blaby', day: '14/06/2019' })).data)).toEqual([
      'place',
      'arrangedFor',
      'visitors',
    ]);
  });
});

describe('an event that cannot be read', () => {
  it.each<[string, Partial<{ type: string; version: number }>]>([
    ['newer than the program', { version: 4 }],
    ['of version 0', { version: 0 }],
    ['of a negative version', { version: -1 }],
    ['between two versions', { version: 1.5 }],
    ['of a version that is no number', { version: '1' as unknown as number }],
    ['of another type', { type: 'VisitPaid' }],
    ['of a type named as what every object has', { type: 'constructor' }],
    ['of a type named as the prototype', { type: '__proto__' }],
    ['at a version that only another type has', { type: 'VisitCancelled', version: 2 }],
  ])('%s is refused, by reader and catalogue', (_, over) => {
    const event = recordedVisit(1, { place: 'Blaby', day: '14/06/2019' }, over);
    const known = eventRegistry([{ streamPrefix: 'visit-', schemas: visitEventSchemas }]);
    const read = () => visitReader(event);
    const meet = () => {
      known(event);
    };
    for (const refused of [read, meet]) expect(refused).toThrow(UnknownEvent);
    const { type, version } = { ...event, ...over };
    expect(read).toThrow(`visit-1@3 is a ${type}@${String(version)}, which this version does not know`);
  });

  it('whose upcast throws names event and version, and keeps the reason out of the message', () => {
    const event = recordedVisit(1, { place: 'Blaby', day: '' });
    expect(failureOf(event)).toMatchObject({
      code: 'upcast-failed',
      message: 'visit-1@3, a VisitArranged@1, cannot be read as VisitArranged@2: its upcast failed',
      cause: new Error('no day is told for the visit to Blaby'),
    });
  });

  it('whose upcast leads to data of no version names the field at fault', () => {
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
      return visitReader(event);
    } catch (error) {
      expect(error).toBeInstanceOf(UpcastFailed);
      return error;
    }
  }
});

describe('the catalogue', () => {
  const known = eventRegistry([{ streamPrefix: 'visit-', schemas: visitEventSchemas }]);

  it.each(VERSIONS)('takes an event of version %d', (version, data) => {
    expect(() => {
      known(recordedVisit(version, data));
    }).not.toThrow();
  });

  it('refuses an event of a stream that nobody knows', () => {
    const event = { ...recordedVisit(1, { place: 'Blaby', day: '14/06/2019' }), stream: 'journey-1' };
    expect(() => {
      known(event);
    }).toThrow(UnknownEvent);
  });
});

describe('an event that is written', () => {
  it('is of the present version, without what is absent', () => {
    const data = { place: ' Blaby ', arrangedFor: '2019-06-14', purpose: undefined, visitors: 2 };
    const stored = storedEvent(visitEventSchemas, { type: 'VisitArranged', data });
    expect(stored).toEqual({
      type: 'VisitArranged',
      version: 3,
      data: { place: 'Blaby', arrangedFor: '2019-06-14', visitors: 2 },
    });
    expect(Object.keys(stored.data)).not.toContain('purpose');
    const cancelled = { type: 'VisitCancelled', data: { reason: 'snow' } };
    expect(storedEvent(visitEventSchemas, cancelled)).toEqual({ ...cancelled, version: 1 });
  });

  it('is not written with data of an earlier version', () => {
    const event = { type: 'VisitArranged', data: { place: 'Blaby', day: '14/06/2019' } };
    expect(() => storedEvent(visitEventSchemas, event)).toThrow(z.ZodError);
  });
});

it('ties each step to the versions before and after it, and the event to the last', () => {
  const First = z.strictObject({ on: z.string() });
  const Second = z.strictObject({ at: z.string(), by: z.string() });
  const Third = z.strictObject({ at: z.number() });
  const Arranged = firstVersion(First)
    .upcastTo(Second, ({ on }) => ({ at: on, by: 'nobody' }))
    .upcastTo(Third, ({ at }) => ({ at: at.length }));
  type Arranged = EventsOf<{ Arranged: typeof Arranged }>;
  const event = eventReader<Arranged>({ Arranged })(recordedVisit(1, { on: 'noon' }, { type: 'Arranged' }));
  // @ts-expect-error -- The event has the data of the last version, not of an earlier one.
  const earlier: Arranged = { type: 'Arranged', data: { at: 'noon', by: 'nobody' } };
  expect(event.data.at).toBe('noon'.length);
  expect(event).not.toEqual(earlier);

  // @ts-expect-error -- A step is given the data of the version before it, which has no such field.
  firstVersion(First).upcastTo(Second, ({ at }) => ({ at: String(at), by: 'nobody' }));
  // @ts-expect-error -- A step makes the data of its own version, all of it.
  firstVersion(First).upcastTo(Second, ({ on }) => ({ at: on }));
  // @ts-expect-error -- Nor may it be of another type.
  firstVersion(First).upcastTo(Third, ({ on }) => ({ at: on }));
  // @ts-expect-error -- What is given stays as it is.
  firstVersion(First).upcastTo(First, (data) => Object.assign(data, { on: (data.on = 'noon') }));
});
