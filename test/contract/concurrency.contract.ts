import { RevisionConflict, StreamNotFound } from '../../src/event-store/event-store.errors.js';
import type { Appended } from '../../src/event-store/event-store.js';
import { verifyChain } from '../../src/event-store/core/hash-chain.js';
import { all, type Subject } from './event-store.contract.js';
import { eventWith, sampleEvents } from '../support/sample-events.js';

export function concurrencyContract({ store, stream, isOwn }: Subject): void {
  describe('concurrent appends', () => {
    it.each([
      ['the same revision', 0],
      ['no stream', 'no-stream'],
    ] as const)('of 128 that expect %s, one succeeds', async (_, expected) => {
      const name = stream('race');
      if (expected === 0) await store().append(name, 'no-stream', sampleEvents(1));
      const answers = await Promise.allSettled(
        Array.from({ length: 128 }, () => store().append(name, expected, sampleEvents(2))),
      );
      const refused = answers.filter((answer) => answer.status === 'rejected');
      expect(refused).toHaveLength(127);
      expect(refused.every(({ reason }) => reason instanceof RevisionConflict)).toBe(true);
      expect(await all(store().readStream(name))).toHaveLength(expected === 0 ? 3 : 2);
    });

    it('of the same events, 64 at once, all succeed with the same answer and store them once', async () => {
      const name = stream('race');
      const events = sampleEvents(3);
      const answers = await Promise.all(
        Array.from({ length: 64 }, () => store().append(name, 'no-stream', events)),
      );
      expect(new Set(answers.map(({ revision, position }) => `${revision} ${position}`)).size).toBe(1);
      expect(await all(store().readStream(name))).toHaveLength(3);
    });

    it('of 2,000 events to 200 streams: each is stored once, where its answer says, in unbroken chains', async () => {
      const head = await store().head();
      const streams = Array.from({ length: 200 }, () => stream('many'));
      const appends = Array.from({ length: 2_000 }, (_, number) => {
        return { name: streams[number % streams.length] ?? '', event: eventWith({ number }) };
      });
      const answers = await Promise.all(
        appends.map(({ name, event }) => store().append(name, 'any', [event])),
      );
      const events = (await all(store().readAll({ after: head }))).filter((event) => isOwn(event.stream));
      const found = new Map(events.map((event) => [event.id, event]));
      expect(events).toHaveLength(2_000);
      expect(appends.map(({ event }): Appended | undefined => locationOf(found.get(event.id)))).toEqual(
        answers,
      );
      for (const name of streams) {
        const recorded = await all(store().readStream(name));
        expect(recorded.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(recorded).toEqual(events.filter((event) => event.stream === name));
        expect(verifyChain(recorded)).toBeUndefined();
      }
    });

    it('by 16 writers that read, decide and retry lose no update', async () => {
      const name = stream('counter');
      const countUp = async (): Promise<void> => {
        const last = await lastOf(name);
        const event = eventWith({ count: Number(last?.data.count ?? 0) + 1 });
        try {
          await store().append(name, last?.revision ?? 'no-stream', [event]);
        } catch (error) {
          if (!(error instanceof RevisionConflict)) throw error;
          await countUp();
        }
      };
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (let time = 0; time < 5; time += 1) await countUp();
        }),
      );
      const counts = (await all(store().readStream(name))).map(({ data }) => data.count);
      expect(counts).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
    });

    it('in bulk and single, at the same time, do not break the chains', async () => {
      const streams = Array.from({ length: 20 }, () => stream('mixed'));
      await Promise.all([
        ...streams.map((name) => store().append(name, 'any', sampleEvents(3))),
        store().appendBulk(
          streams.map((name) => ({ stream: name, expected: 'any', events: sampleEvents(2) })),
        ),
        ...streams.map((name) => store().append(name, 'any', sampleEvents(1))),
        store().appendBulk(
          streams.map((name) => ({ stream: name, expected: 'any', events: sampleEvents(2) })),
        ),
      ]);
      for (const name of streams) {
        const events = await all(store().readStream(name));
        expect(events).toHaveLength(8);
        expect(verifyChain(events)).toBeUndefined();
      }
    });
  });

  async function lastOf(name: string) {
    try {
      const [last] = await all(store().readStream(name, { direction: 'backwards', limit: 1 }));
      return last;
    } catch (error) {
      if (error instanceof StreamNotFound) return undefined;
      throw error;
    }
  }
}

function locationOf(event: Appended | undefined): Appended | undefined {
  return event && { revision: event.revision, position: event.position };
}
