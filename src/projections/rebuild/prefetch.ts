import type { EventWithoutMetadata, Json } from '../../event-store/event-store.js';

/** Most events and characters of text in a page of a rebuild; the last event may exceed the characters. */
const PAGE = { events: 2_000, text: 8_000_000 };

/** Some events in order, and a way to read the next page while they are folded. */
export type ReplayPage = Readonly<{
  events: readonly EventWithoutMetadata[];
  /** Starts to read the next page, unless that was started. Call it when only the database has work to do. */
  readNext: () => void;
}>;

/** Cuts batches of events into pages. At most one page is read ahead. */
export async function* prefetchPages(
  batches: AsyncIterable<readonly EventWithoutMetadata[]>,
  { events: most, text }: { events: number; text: number } = PAGE,
): AsyncGenerator<ReplayPage> {
  const iterator = batches[Symbol.asyncIterator]();
  let batch: Iterator<EventWithoutMetadata> = [].values();
  const read = async () => {
    const page: EventWithoutMetadata[] = [];
    for (let size = 0; page.length < most && size < text;) {
      const event = batch.next();
      if (event.done !== true) {
        page.push(event.value);
        size += textIn(event.value.data);
        continue;
      }
      const next = await iterator.next();
      if (next.done === true) break;
      batch = next.value.values();
    }
    return page;
  };
  const ahead: { page: Promise<EventWithoutMetadata[]> | null } = { page: null };
  const readNext = () => {
    ahead.page ??= read();
    // A failure is thrown where this is awaited, which may be a page later.
    ahead.page.catch(() => undefined);
    return ahead.page;
  };
  try {
    for (;;) {
      const page = await readNext();
      if (page.length === 0) return;
      ahead.page = null;
      yield { events: page, readNext: () => void readNext() };
    }
  } finally {
    await ahead.page?.catch(() => undefined);
    await iterator.return?.();
  }
}

/** Characters of text in a value: roughly its weight in memory. */
function textIn(value: Json): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 0;
  for (const part of Object.values<Json>(value)) sum += textIn(part);
  return sum;
}
