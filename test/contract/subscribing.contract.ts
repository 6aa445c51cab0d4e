import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedEvent, SubscriptionMessage } from '../../src/event-store/event-store.js';
import type { Position } from '../../src/event-store/position.js';
import { all, type Subject } from './event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';

export function subscribingContract({ store, listening, stream, isOwn }: Subject): void {
  /** Collects a subscription's own items until there are so many events, and it has said that it has caught up. */
  const follow = async (after: Position, count: number): Promise<SubscriptionMessage[]> => {
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
    it('yields what is there, says that it has caught up, and goes on with what comes', async () => {
      const head = await store().head();
      const name = stream('live');
      await store().append(name, 'no-stream', sampleEvents(3));
      const stop = new AbortController();
      const told: (number | string)[] = [];
      for await (const item of store().subscribe({ after: head, signal: stop.signal })) {
        if (item !== 'caught-up') told.push(item.revision);
        else if (told.push(item) === 4) await store().append(name, 2, sampleEvents(2));
        else stop.abort();
      }
      expect(told).toEqual([0, 1, 2, 'caught-up', 3, 4, 'caught-up']);
    });

    it('says that it has caught up when there is nothing', async () => {
      const stop = new AbortController();
      const items: SubscriptionMessage[] = [];
      for await (const item of store().subscribe({ after: await store().head(), signal: stop.signal })) {
        items.push(item);
        stop.abort();
      }
      expect(items).toEqual(['caught-up']);
    });

    it('begins after the position named, not with it', async () => {
      const name = stream('from');
      const { position } = await store().append(name, 'no-stream', sampleEvents(1));
      await store().append(name, 0, sampleEvents(2).slice(1));
      const [item] = await follow(position, 1);
      expect(item).toMatchObject({ stream: name, revision: 1 });
    });

    it('goes from catching up to live without gap or repeat while writers go on', async () => {
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
      const subscribers = await Promise.all([follow(head, 3_800), follow(head, 3_800), follow(head, 3_800)]);
      await writing;
      const expected = await ownAfter(head);
      for (const items of subscribers) {
        expect(items.filter((item) => item !== 'caught-up')).toEqual(expected);
        expect(items).toContain('caught-up');
      }
    });

    it('that reads slowly misses nothing', async () => {
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

    it('is told of a new event, and need not look for it', async () => {
      const stop = new AbortController();
      const told: (number | string)[] = [];
      let appending: Promise<unknown> | undefined;
      const following = { after: await store().head(), signal: stop.signal };
      for await (const item of listening().subscribe(following)) {
        told.push(item === 'caught-up' ? item : item.revision);
        // It waits by then.
        appending ??= pause(50).then(() => store().append(stream('told'), 'no-stream', sampleEvents(1)));
        if (item !== 'caught-up') stop.abort();
      }
      await appending;
      expect(told).toEqual(['caught-up', 0]);
    });

    it('ends when it is aborted: before it begins, while it waits, and within a page', async () => {
      const head = await store().head();
      expect(await all(store().subscribe({ after: head, signal: AbortSignal.abort() }))).toEqual([]);

      const waiting = new AbortController();
      const ended = all(listening().subscribe({ after: head, signal: waiting.signal }));
      await pause(100);
      waiting.abort();
      expect(await ended).toEqual(['caught-up']);

      await store().append(stream('abort'), 'no-stream', sampleEvents(100));
      const within = new AbortController();
      let seen = 0;
      for await (const item of store().subscribe({ after: head, signal: within.signal })) {
        if (item !== 'caught-up') seen += 1;
        if (seen === 10) within.abort();
      }
      expect(seen).toBe(10);
    });

    it('may simply be left', async () => {
      const head = await store().head();
      await store().append(stream('left'), 'no-stream', sampleEvents(3));
      for await (const item of store().subscribe({ after: head, signal: new AbortController().signal })) {
        if (item !== 'caught-up') break;
      }
      expect(await ownAfter(head)).toHaveLength(3);
    });
  });
}
