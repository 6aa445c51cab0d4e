import type { EventStore } from '../../src/event-store/event-store.js';
import { sampleEvent } from './sample-events.js';

/** Stores an event of an unknown stream, as a newer program may: `inquiry-1@0`, an `InquiryOpened@1`. */
export async function recordUnknownEvent(store: EventStore): Promise<void> {
  const event = sampleEvent({ type: 'InquiryOpened', data: { subject: 'Housing' } });
  await store.append('inquiry-1', 'no-stream', [event]);
}
