import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { START, type Position } from '../../src/event-store/position.js';
import { all, type Subject } from './event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';

type Answer = Readonly<{ instant: Date; head: Position | null }>;

export function settlingContract({ store, stream, isOwn }: Subject): void {
  describe('the head as at an instant', () => {
    it('is not before any event stored by the instant, while others append', async () => {
      const stop = new AbortController();
      const write = async () => {
        while (!stop.signal.aborted) await store().append(stream('settling'), 'no-stream', sampleEvents(2));
      };
      const writers = Promise.all([write(), write(), write()]);
      const answering: Promise<Answer>[] = [];
      let answers: Answer[];
      try {
        for (let question = 0; question < 20; question += 1) {
          const instant = new Date();
          answering.push(pause(2).then(async () => ({ instant, head: await store().settledHead(instant) })));
          await pause(10);
        }
        answers = await Promise.all(answering);
      } finally {
        stop.abort();
        await writers;
      }
      const events = (await all(store().readAll())).filter((event) => isOwn(event.stream));
      expect(events.length).toBeGreaterThan(20);
      for (const { instant, head } of answers) {
        expect(head).not.toBeNull();
        const isAfterHead = (event: RecordedEvent) => event.position > (head ?? START);
        const missed = events.filter(
          (event) => Date.parse(event.storedAt) <= instant.getTime() && isAfterHead(event),
        );
        expect(missed).toEqual([]);
      }
    });

    it('is null for a future instant', async () => {
      expect(await store().settledHead(new Date(Date.now() + 3_600_000))).toBeNull();
    });
  });
}
