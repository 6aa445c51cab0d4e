import { z } from 'zod';
import { commandContext } from './command-context.js';
import type { EventsOf } from './event-schema.js';
import { MemoryEventStore } from '../event-store/memory/memory-event-store.js';
import type { Aggregate } from './aggregate.js';
import { StreamCommandHandler } from './command-handler.js';

const schemas = { Counted: z.strictObject({ by: z.int() }) };
type Counted = EventsOf<typeof schemas>;
const counter: Aggregate<number, Counted> = {
  streamPrefix: 'counter-',
  schemas,
  evolve: (count, event) => (count ?? 0) + event.data.by,
};

/** Shows what was appended only so many milliseconds later, though it refuses what comes too late for it at once. */
class Indexing extends MemoryEventStore {
  readonly #appended = new Map<string, number>();

  constructor(private readonly behind: number) {
    super();
  }

  override async append(...append: Parameters<MemoryEventStore['append']>) {
    const appended = await super.append(...append);
    for (const { id } of append[2]) this.#appended.set(id, performance.now());
    return appended;
  }

  override async *readStream(...read: Parameters<MemoryEventStore['readStream']>) {
    for await (const event of super.readStream(...read)) {
      if (performance.now() - (this.#appended.get(event.id) ?? 0) >= this.behind) yield event;
    }
  }
}

describe('a command that others come before', () => {
  it('is decided anew until the server shows what they wrote', async () => {
    const writer = new StreamCommandHandler(new Indexing(150), counter);
    const counted = (by: number) => {
      const sent = commandContext({ id: 'cw-7', role: 'caseworker' }, new Date('2026-04-01T09:00:00Z'));
      return writer.handle('one', { by }, sent, () => [{ type: 'Counted', data: { by } }]);
    };
    const written = await Promise.all([counted(1), counted(10), counted(100)]);
    expect(written.map(({ revision }) => revision).toSorted()).toEqual([0, 1, 2]);
    expect(Math.max(...written.map(({ state }) => state ?? 0))).toBe(111);
  });
});
