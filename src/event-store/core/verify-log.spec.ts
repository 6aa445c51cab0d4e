import { sampleEvents } from '../../../test/support/sample-events.js';
import { MemoryEventStore } from '../memory/memory-event-store.js';
import { verifyLog } from './verify-log.js';

describe('verifying the hash chains of a log', () => {
  let store: MemoryEventStore;
  beforeEach(async () => {
    store = new MemoryEventStore();
    await store.append('one', 'no-stream', sampleEvents(3));
    await store.append('other', 'no-stream', sampleEvents(2));
  });

  const interruptedAfter = (count: number) => {
    const interruption = new AbortController();
    let seen = 0;
    const onEvent = () => {
      seen += 1;
      if (seen === count) interruption.abort();
    };
    return verifyLog(store, { onEvent, signal: interruption.signal });
  };

  it('is complete when the whole log was read', async () => {
    expect(await verifyLog(store)).toEqual({ events: 5, streams: 2, broken: null, complete: true });
  });

  it('is incomplete when it is interrupted, and says how many events it verified', async () => {
    expect(await interruptedAfter(2)).toEqual({ events: 2, streams: 1, broken: null, complete: false });
  });

  it('is complete when it is interrupted after the last event', async () => {
    expect(await interruptedAfter(5)).toMatchObject({ events: 5, complete: true });
  });
});
