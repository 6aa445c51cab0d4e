import { randomUUID } from 'node:crypto';
import type { JsonObject, NewEvent } from '../../src/event-store/event-store.js';

/** The metadata of sample events. */
export const METADATA: NewEvent['metadata'] = {
  actor: { id: 'cw-7', role: 'caseworker' },
  recordedAt: '2019-06-14T09:30:00.000Z',
  correlationId: 'c-1',
  causationId: 'c-1',
  command: { id: 'c-1', contentHash: '00ff' },
};

/** An event with a new id, or with the given fields. */
export function sampleEvent(given: Partial<NewEvent> = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'RecommendationMade',
    version: 1,
    data: { recommendation: 'r1', dueOn: '2019-09-01' },
    metadata: METADATA,
    ...given,
  };
}

export const eventWith = (data: JsonObject): NewEvent => sampleEvent({ data });

export function sampleEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, number) => eventWith({ number }));
}
