import { z } from 'zod';
import { recordedVisit, visitEventSchemas, type VisitEvent } from '../../test/support/visits.js';
import { eventReader, storedEvent } from './event-schema.js';

describe('reading an event of the present version', () => {
  it('neither copies nor validates its data', () => {
    const readVisit = eventReader<VisitEvent>(visitEventSchemas);
    const odd = { visitors: 'many' };
    expect(readVisit(recordedVisit(3, odd)).data).toBe(odd);
    const cancelled = { reason: 'snow' };
    expect(readVisit(recordedVisit(1, cancelled, { type: 'VisitCancelled' })).data).toBe(cancelled);
  });
});

describe('writing an event', () => {
  it('stores it at the present version, without undefined fields', () => {
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

  it('refuses data of an earlier version', () => {
    const event = { type: 'VisitArranged', data: { place: 'Blaby', day: '14/06/2019' } };
    expect(() => storedEvent(visitEventSchemas, event)).toThrow(z.ZodError);
  });
});
