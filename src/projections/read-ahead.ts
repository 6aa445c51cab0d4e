import type { Json, RecordedEvent } from '../event-store/event-store.js';

/** Events and characters of text that a page of a rebuild holds at most, but for its last event. */
const PAGE = { events: 2_000, text: 8_000_000 };

/** Events in pages, the next of which is read while the one before it is worked on; never more than one ahead. */
export async function* pagesAhead(
  events: AsyncIterable<RecordedEvent>,
  { events: most, text }: { events: number; text: number } = PAGE,
): AsyncGenerator<readonly RecordedEvent[]> {
  const iterator = events[Symbol.asyncIterator]();
  const read = async () => {
    const page: RecordedEvent[] = [];
    for (let size = 0; page.length < most && size < text;) {
      const item = await iterator.next();
      if (item.done === true) break;
      page.push(item.value);
      size += textIn(item.value.data);
    }
    return page;
  };
  let next = read();
  try {
    for (;;) {
      const page = await next;
      if (page.length === 0) return;
      next = read();
      // A failure is told where this is awaited, which is a page later.
      next.catch(() => undefined);
      yield page;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}

/** Characters of text in a value; what a page weighs in memory, roughly. */
function textIn(value: Json): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 0;
  for (const part of Object.values<Json>(value)) sum += textIn(part);
  return sum;
}
