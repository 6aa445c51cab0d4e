import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../../src/platform/errors.js';
import { all, type Opened, type Subject } from './event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';

export function closingContract(open: () => Promise<Opened>, { stream }: Subject): void {
  describe('closing the store', () => {
    it('completes the appends under way, ends subscriptions, refuses later calls, and may be repeated', async () => {
      const { store, close } = await open();
      try {
        const forever = new AbortController().signal;
        const { position: after } = await store.append(stream('closing'), 'no-stream', sampleEvents(1));
        const subscription = all(store.subscribe({ after, signal: forever }));
        await pause(50);
        const appends = Array.from({ length: 100 }, () =>
          store.append(stream('closing'), 'no-stream', sampleEvents(1)),
        );
        const settled = Promise.allSettled(appends);
        await store.close();
        for (const { status, ...outcome } of await settled) {
          if (status === 'rejected')
            expect(outcome).toEqual({ reason: expect.any(Unavailable) as Unavailable });
        }
        await subscription;
        const late = store.append(stream('closing'), 'no-stream', sampleEvents(1));
        await expect(late).rejects.toBeInstanceOf(Unavailable);
        await expect(store.head()).rejects.toBeInstanceOf(Unavailable);
        await store.close();
      } finally {
        await close();
      }
    });
  });
}
