import type { RecordedEvent } from '../event-store/event-store.js';
import { pagesAhead } from './read-ahead.js';

const event = (number: number, text = '') =>
  ({ revision: number, data: { text } }) as unknown as RecordedEvent;

async function collect(pages: AsyncIterable<readonly RecordedEvent[]>): Promise<number[][]> {
  const all: number[][] = [];
  for await (const page of pages) all.push(page.map(({ revision }) => revision));
  return all;
}

async function* numbers(count: number, onRead: (number: number) => void = () => undefined) {
  for (let number = 0; number < count; number += 1) {
    await Promise.resolve();
    onRead(number);
    yield event(number);
  }
}

describe('pages with read-ahead', () => {
  it('hold all events in order, as many as they may', async () => {
    expect(await collect(pagesAhead(numbers(7), { events: 3, text: 1_000 }))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6],
    ]);
    expect(await collect(pagesAhead(numbers(0)))).toEqual([]);
  });

  it('end after the event that makes them heavy', async () => {
    const heavy = (async function* () {
      for (const [number, text] of ['a', 'b'.repeat(100), 'c', 'd'].entries()) {
        await Promise.resolve();
        yield event(number, text);
      }
    })();
    expect(await collect(pagesAhead(heavy, { events: 3, text: 50 }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('are never read more than one ahead of the one worked on', async () => {
    let read = -1;
    const pages = pagesAhead(
      numbers(100, (number) => (read = number)),
      { events: 10, text: 1_000 },
    );
    for await (const page of pages) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(read).toBeLessThanOrEqual((page[0]?.revision ?? 0) + 20);
      if (page[0]?.revision === 30) break;
    }
    expect(read).toBeLessThan(60);
  });

  it('tell of a failure to read after the page before it', async () => {
    const failing = (async function* () {
      yield* numbers(3);
      throw new Error('the log is out');
    })();
    const seen: number[] = [];
    const reading = async () => {
      for await (const page of pagesAhead(failing, { events: 3, text: 1_000 })) seen.push(page.length);
    };
    await expect(reading()).rejects.toThrow('the log is out');
    expect(seen).toEqual([3]);
  });
});
