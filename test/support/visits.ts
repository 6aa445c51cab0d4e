import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject, NewEvent, RecordedEvent } from '../../src/event-store/event-store.js';
import type { EventsOf } from '../../src/event-sourcing/event-schema.js';
import { firstVersion } from '../../src/event-sourcing/upcasting.js';
import { position } from '../../src/event-store/position.js';
import type { Aggregate } from '../../src/event-sourcing/aggregate.js';
import { boundedText } from '../../src/platform/bounded-text.js';
import { LocalDateSchema } from '../../src/platform/local-date.js';
import { METADATA } from './sample-events.js';

// An invented slice, one of whose events is at its third version: no event of the application is past its first.

export const VisitArrangedV1Schema = z.strictObject({
  place: boundedText(100),
  /** As people write it, `14/06/2019`; not validated as a date. */
  day: z.string(),
});

export const VisitArrangedV2Schema = z.strictObject({
  place: boundedText(100),
  arrangedFor: LocalDateSchema,
  purpose: boundedText(100).optional(),
});

export const VisitArrangedSchema = z.strictObject({
  place: boundedText(100),
  arrangedFor: LocalDateSchema,
  purpose: boundedText(100).optional(),
  /** Number of visitors; 1 in earlier versions. */
  visitors: z.int().min(1),
});

export type VisitArrangedV1 = z.output<typeof VisitArrangedV1Schema>;
export type VisitArrangedV2 = z.output<typeof VisitArrangedV2Schema>;
export type VisitArranged = z.output<typeof VisitArrangedSchema>;

/** From version 1 to 2: the day has a new name, and a validated form. */
export function withDate({ place, day }: Readonly<VisitArrangedV1>): z.input<typeof VisitArrangedV2Schema> {
  if (day === '') throw new Error(`there is no day for the visit to ${place}`);
  return { place, arrangedFor: day.split('/').reverse().join('-'), purpose: undefined };
}

/** From version 2 to 3. */
export function withVisitors(data: Readonly<VisitArrangedV2>): z.input<typeof VisitArrangedSchema> {
  return { ...data, visitors: 1 };
}

export const visitEventSchemas = {
  VisitArranged: firstVersion(VisitArrangedV1Schema)
    .upcastTo(VisitArrangedV2Schema, withDate)
    .upcastTo(VisitArrangedSchema, withVisitors),
  VisitCancelled: z.strictObject({ reason: boundedText(100) }),
};

export type VisitEvent = EventsOf<typeof visitEventSchemas>;
export type Visit = VisitArranged & Readonly<{ cancelled: boolean }>;

export const VISIT_STREAMS = 'visit-';

export const visitAggregate: Aggregate<Visit, VisitEvent> = {
  streamPrefix: VISIT_STREAMS,
  schemas: visitEventSchemas,
  evolve(visit, event) {
    if (event.type === 'VisitArranged') return { ...event.data, cancelled: false };
    if (visit === null) throw new Error(`a visit cannot begin with ${event.type}`);
    return { ...visit, cancelled: true };
  },
};

/** A `VisitArranged` of a version, as a program of that time wrote it. */
export function arranged(version: number, data: JsonObject, over: Partial<NewEvent> = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'VisitArranged',
    version,
    data,
    metadata: METADATA,
    ...over,
  };
}

/** The same event as a log returns it. */
export function recordedVisit(
  version: number,
  data: JsonObject,
  over: Partial<NewEvent> = {},
): RecordedEvent {
  return {
    ...arranged(version, data, over),
    stream: 'visit-1',
    revision: 3,
    position: position('7'),
    storedAt: '2019-06-14T09:30:00.000Z',
    hash: '',
  };
}

/** The same arranged visit as each version stored it. */
export const ARRANGED_BY_VERSION: [version: number, data: JsonObject][] = [
  [1, { place: 'Blaby', day: '14/06/2019' }],
  [2, { place: 'Blaby', arrangedFor: '2019-06-14' }],
  [3, { place: 'Blaby', arrangedFor: '2019-06-14', visitors: 1 }],
];
