import {
  ARRANGED_BY_VERSION,
  recordedVisit,
  visitEventSchemas,
  type VisitEvent,
} from '../../test/support/visits.js';
import { eventRegistry } from './event-registry.js';
import { eventReader } from './event-schema.js';
import { UnknownEvent } from './unreadable-event.js';

const readVisit = eventReader<VisitEvent>(visitEventSchemas);
const rejectUnknown = eventRegistry([{ streamPrefix: 'visit-', schemas: visitEventSchemas }]);

describe('the event registry', () => {
  it.each(ARRANGED_BY_VERSION)('accepts an event of version %d', (version, data) => {
    expect(() => {
      rejectUnknown(recordedVisit(version, data));
    }).not.toThrow();
  });

  it('refuses an event of a stream that no slice has', () => {
    const event = { ...recordedVisit(1, { place: 'Blaby', day: '14/06/2019' }), stream: 'journey-1' };
    expect(() => {
      rejectUnknown(event);
    }).toThrow(UnknownEvent);
  });
});

describe('the event registry and the reader of events refuse an event', () => {
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
  ])('%s', (_, over) => {
    const event = recordedVisit(1, { place: 'Blaby', day: '14/06/2019' }, over);
    const read = () => readVisit(event);
    const reject = () => {
      rejectUnknown(event);
    };
    for (const refused of [read, reject]) expect(refused).toThrow(UnknownEvent);
    const { type, version } = { ...event, ...over };
    expect(read).toThrow(`visit-1@3 is a ${type}@${String(version)}, which this version does not know`);
  });
});
