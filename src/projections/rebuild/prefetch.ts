import type { Json, EventWithoutMetadata } from '../../event-store/event-store.js';

/** Events and characters of text that a page of a rebuild holds at most, but for its last event. */
const PAGE = { events: 2_000, text: 8_000_000 };

/** Some events in order, and the way to have those after them read while they are worked on. */
export type ReplayPage = Readonly<{
  events: readonly EventWithoutMetadata[];
  /** Begins to read the next page, if nobody has. Best when only others have work to do: reading is work as well. */
  readNext: () => void;
}>;

/** Batches of events in pages, the next of which is read when it is asked for or before; never more than one ahead. */
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
    // A failure is told where this is awaited, which may be a page later.
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

/** Characters of text in a value; what a page weighs in memory, roughly. */
function textIn(value: Json): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 0;
  for (const part of Object.values<Json>(value)) sum += textIn(part);
  return sum;
}
