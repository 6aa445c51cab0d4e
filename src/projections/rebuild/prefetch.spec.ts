import type { EventWithoutMetadata } from '../../event-store/event-store.js';
import { prefetchPages, type ReplayPage } from './prefetch.js';

const event = (number: number, text = '') =>
  ({ revision: number, data: { text } }) as unknown as EventWithoutMetadata;

async function collect(pages: AsyncIterable<ReplayPage>): Promise<number[][]> {
  const all: number[][] = [];
  for await (const { events, readNext } of pages) {
    if (all.length % 2 === 0) readNext();
    all.push(events.map(({ revision }) => revision));
  }
  return all;
}

async function* numbers(count: number, onRead: (number: number) => void = () => undefined) {
  for (let number = 0; number < count; number += 1) {
    await Promise.resolve();
    onRead(number);
    yield event(number);
  }
}

/** Yields events in batches of the given size, as an engine reads them. */
async function* inBatches(events: AsyncIterable<EventWithoutMetadata>, size: number) {
  let batch: EventWithoutMetadata[] = [];
  for await (const event of events) {
    if (batch.push(event) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Resolves when no pending work can continue by itself. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('pages with read-ahead', () => {
  it('hold all events in order, as many as they may', async () => {
    expect(await collect(prefetchPages(inBatches(numbers(7), 2), { events: 3, text: 1_000 }))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6],
    ]);
    expect(await collect(prefetchPages(inBatches(numbers(0), 1)))).toEqual([]);
  });

  it('end after the event that makes them heavy', async () => {
    const heavy = (async function* () {
      for (const [number, text] of ['a', 'b'.repeat(100), 'c', 'd'].entries()) {
        await Promise.resolve();
        yield event(number, text);
      }
    })();
    expect(await collect(prefetchPages(inBatches(heavy, 4), { events: 3, text: 50 }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('are read when they are asked for, and one ahead where that is wished', async () => {
    let read = -1;
    const reading = numbers(100, (number) => (read = number));
    const firstOf: number[] = [];
    for await (const { events, readNext } of prefetchPages(inBatches(reading, 5), {
      events: 10,
      text: 1_000,
    })) {
      const last = events.at(-1)?.revision ?? NaN;
      await settled();
      expect(read).toBe(last);
      readNext();
      readNext();
      await settled();
      expect(read).toBe(last + 10);
      firstOf.push(last - 9);
      if (last === 39) break;
    }
    expect(firstOf).toEqual([0, 10, 20, 30]);
    expect(read).toBe(49);
  });

  it('report a failed read after the page before it', async () => {
    const failing = (async function* () {
      yield* numbers(3);
      throw new Error('the log is out');
    })();
    const seen: number[] = [];
    const reading = async () => {
      for await (const { events, readNext } of prefetchPages(inBatches(failing, 3), {
        events: 3,
        text: 1_000,
      })) {
        readNext();
        await settled();
        seen.push(events.length);
      }
    };
    await expect(reading()).rejects.toThrow('the log is out');
    expect(seen).toEqual([3]);
  });
});
