import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedEvent, SubscriptionMessage } from '../../src/event-store/event-store.js';
import type { Position } from '../../src/event-store/position.js';
import { all, type Subject } from './event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';

export function subscribingContract({ store, notifiedOnly, stream, isOwn }: Subject): void {
  /** Collects messages of a subscription until it has yielded `count` events of the suite, and has caught up. */
  const collect = async (after: Position, count: number): Promise<SubscriptionMessage[]> => {
    const stop = new AbortController();
    const items: SubscriptionMessage[] = [];
    let events = 0;
    let caughtUp = false;
    for await (const item of store().subscribe({ after, signal: stop.signal })) {
      if (item === 'caught-up' || isOwn(item.stream)) items.push(item);
      if (item === 'caught-up') caughtUp = true;
      else if (isOwn(item.stream)) events += 1;
      if (events >= count && caughtUp) stop.abort();
    }
    return items;
  };
  const ownAfter = async (head: Position) =>
    (await all(store().readAll({ after: head }))).filter((event) => isOwn(event.stream));

  describe('a subscription', () => {
    it('yields stored events, says that it has caught up, and continues with new events', async () => {
      const head = await store().head();
      const name = stream('live');
      await store().append(name, 'no-stream', sampleEvents(3));
      const stop = new AbortController();
      const received: (number | string)[] = [];
      for await (const item of store().subscribe({ after: head, signal: stop.signal })) {
        if (item !== 'caught-up') received.push(item.revision);
        else if (received.push(item) === 4) await store().append(name, 2, sampleEvents(2));
        else stop.abort();
      }
      expect(received).toEqual([0, 1, 2, 'caught-up', 3, 4, 'caught-up']);
    });

    it('says that it has caught up when there are no events', async () => {
      const stop = new AbortController();
      const items: SubscriptionMessage[] = [];
      for await (const item of store().subscribe({ after: await store().head(), signal: stop.signal })) {
        items.push(item);
        stop.abort();
      }
      expect(items).toEqual(['caught-up']);
    });

    it('begins after the given position, not with it', async () => {
      const name = stream('from');
      const { position } = await store().append(name, 'no-stream', sampleEvents(1));
      await store().append(name, 0, sampleEvents(2).slice(1));
      const [item] = await collect(position, 1);
      expect(item).toMatchObject({ stream: name, revision: 1 });
    });

    it('catches up and continues live without gap or repeat while others write', async () => {
      const head = await store().head();
      const backlog = Array.from({ length: 300 }, () => ({
        stream: stream('backlog'),
        expected: 'no-stream' as const,
        events: sampleEvents(10),
      }));
      await store().appendBulk(backlog);
      const writing = Promise.all(
        Array.from({ length: 8 }, async () => {
          const name = stream('writer');
          for (let time = 0; time < 100; time += 1) {
            await store().append(name, time === 0 ? 'no-stream' : time - 1, sampleEvents(1));
            if (time % 10 === 0) await pause(5);
          }
        }),
      );
      const subscribers = await Promise.all([
        collect(head, 3_800),
        collect(head, 3_800),
        collect(head, 3_800),
      ]);
      await writing;
      const expected = await ownAfter(head);
      for (const items of subscribers) {
        expect(items.filter((item) => item !== 'caught-up')).toEqual(expected);
        expect(items).toContain('caught-up');
      }
    });

    it('misses nothing when its consumer is slow', async () => {
      const head = await store().head();
      const name = stream('slow');
      const stop = new AbortController();
      const seen: RecordedEvent[] = [];
      const writing = (async () => {
        for (let time = 0; time < 30; time += 1) await store().append(name, 'any', sampleEvents(2));
      })();
      for await (const item of store().subscribe({ after: head, signal: stop.signal })) {
        if (item === 'caught-up' || item.stream !== name) continue;
        seen.push(item);
        await pause(2);
        if (seen.length === 60) stop.abort();
      }
      await writing;
      expect(seen).toEqual(await ownAfter(head));
    });

    it('is notified of a new event, and need not poll', async () => {
      const stop = new AbortController();
      const received: (number | string)[] = [];
      let appending: Promise<unknown> | undefined;
      const options = { after: await store().head(), signal: stop.signal };
      for await (const item of notifiedOnly().subscribe(options)) {
        received.push(item === 'caught-up' ? item : item.revision);
        // Now the subscription waits.
        appending ??= pause(50).then(() => store().append(stream('notified'), 'no-stream', sampleEvents(1)));
        if (item !== 'caught-up') stop.abort();
      }
      await appending;
      expect(received).toEqual(['caught-up', 0]);
    });

    it('ends on abort: before it begins, while it waits, and within a page', async () => {
      const head = await store().head();
      expect(await all(store().subscribe({ after: head, signal: AbortSignal.abort() }))).toEqual([]);

      const waiting = new AbortController();
      const received: unknown[] = [];
      for await (const item of notifiedOnly().subscribe({ after: head, signal: waiting.signal })) {
        received.push(item);
        // The pause lets it begin to wait; however long that takes, nothing else comes.
        void pause(50).then(() => {
          waiting.abort();
        });
      }
      expect(received).toEqual(['caught-up']);

      await store().append(stream('abort'), 'no-stream', sampleEvents(100));
      const within = new AbortController();
      let seen = 0;
      for await (const item of store().subscribe({ after: head, signal: within.signal })) {
        if (item !== 'caught-up') seen += 1;
        if (seen === 10) within.abort();
      }
      expect(seen).toBe(10);
    });

    it('may be left without aborting it', async () => {
      const head = await store().head();
      await store().append(stream('left'), 'no-stream', sampleEvents(3));
      for await (const item of store().subscribe({ after: head, signal: new AbortController().signal })) {
        if (item !== 'caught-up') break;
      }
      expect(await ownAfter(head)).toHaveLength(3);
    });
  });
}
